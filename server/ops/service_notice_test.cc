// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/service_notice.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/io/descriptor.h"

namespace mailroom::server {
namespace {

using Sockets = std::vector<io::InheritedSocket>;

// "callers|operators"
std::string Used(const Sockets& sockets) {
  ServerOptions options;
  options.listen = {"default"};
  options.admin_listen = "default";
  const Status used = UseInherited(sockets, &options);
  if (!used.ok()) return std::string(used.message());
  std::string text;
  for (const std::string& address : options.listen) text += address + " ";
  return text + "| " + options.admin_listen;
}

TEST(InheritedTest, NamesSayWhoIsServed) {
  EXPECT_EQ(Used({{3, "admin"}, {4, "http"}}), "fd:4 | fd:3");
  EXPECT_EQ(Used({{3, "http"}, {4, "http"}, {5, "admin"}}), "fd:3 fd:4 | fd:5");
  EXPECT_EQ(Used({{3, "http"}}), "fd:3 | default");
}

TEST(InheritedTest, WithoutNamesTheOrderDoes) {
  EXPECT_EQ(Used({{3, ""}}), "fd:3 | default");
  EXPECT_EQ(Used({{3, "mailroomd.socket"}, {4, "mailroomd.socket"}}), "fd:3 | fd:4");
  EXPECT_EQ(Used({{3, "admin"}, {4, "mailroomd.socket"}}), "fd:4 | fd:3");
}

TEST(InheritedTest, WithoutSocketsTheOptionsStay) { EXPECT_EQ(Used({}), "default | default"); }

TEST(InheritedTest, WhatNobodyCanTellApartIsRefused) {
  for (const Sockets& sockets : {Sockets{{3, ""}, {4, ""}, {5, ""}}, Sockets{{3, "admin"}},
                                 Sockets{{3, "http"}, {4, "admin"}, {5, "admin"}}}) {
    EXPECT_NE(Used(sockets).find("FileDescriptorName=http"), std::string::npos);
  }
}

// Takes what the service manager would be told.
class Manager final {
 public:
  Manager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un any{};
    any.sun_family = AF_UNIX;
    // The kernel names it: five bytes behind a zero.
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&any), sizeof(sa_family_t)), 0);
    sockaddr_un bound{};
    socklen_t size = sizeof(bound);
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&bound), &size), 0);
    name_ = "@" + std::string(bound.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1);
  }
  io::ServiceManager Open() const { return *io::ServiceManager::Open(name_); }
  // Empty when nothing was told.
  std::string Take() const {
    char text[256];
    const ssize_t size = ::recv(socket_.get(), text, sizeof(text), 0);
    return std::string(text, size > 0 ? static_cast<size_t>(size) : 0);
  }

 private:
  const io::Descriptor socket_;
  std::string name_;
};

// One loop that hangs is enough to have the process started again.
TEST(ServiceNoticeTest, EachHeartbeatNeedsABeatOfEveryLoop) {
  const Manager manager;
  ServiceNotice notice(manager.Open(), 2);
  for (int round = 0; round < 3; ++round) {
    notice.Beat(0);
    notice.Beat(0);
    EXPECT_EQ(manager.Take(), "") << "the other one has not turned";
    notice.Beat(1);
    EXPECT_EQ(manager.Take(), "WATCHDOG=1");
  }
}

TEST(ServiceNoticeTest, SaysThatItServesAndThatItEnds) {
  const Manager manager;
  ServiceNotice notice(manager.Open(), 1);
  notice.Ready("127.0.0.1:8080");
  EXPECT_EQ(manager.Take(), "READY=1\nSTATUS=serving on 127.0.0.1:8080");
  notice.Stopping();
  EXPECT_EQ(manager.Take(), "STOPPING=1\nSTATUS=draining");
}

TEST(ServiceNoticeTest, WithoutAManagerNobodyIsTold) {
  ServiceNotice notice(io::ServiceManager(), 2);
  notice.Ready("somewhere");
  notice.Beat(0);
  notice.Beat(1);
  notice.Stopping();
  EXPECT_EQ(notice.beat_period(), Duration::zero());
}

}  // namespace
}  // namespace mailroom::server
