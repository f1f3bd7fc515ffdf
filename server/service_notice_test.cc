// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/service_notice.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

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
