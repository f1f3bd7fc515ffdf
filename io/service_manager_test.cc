// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace mailroom::io {
namespace {

// Takes what a service tells, as systemd does.
class Listening final {
 public:
  explicit Listening(const std::string& address)
      : path_(address[0] == '/' ? address : ""), socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un native{};
    native.sun_family = AF_UNIX;
    std::memcpy(native.sun_path, address.data(), address.size());
    if (path_.empty()) native.sun_path[0] = '\0';
    const size_t size =
        path_.empty() ? offsetof(sockaddr_un, sun_path) + address.size() : sizeof(native);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&native),
                     static_cast<socklen_t>(size)),
              0);
  }
  ~Listening() { ::unlink(path_.c_str()); }

  // Empty when nothing was told.
  std::string Take() {
    char text[256];
    const ssize_t size = ::recv(socket_.get(), text, sizeof(text), MSG_DONTWAIT);
    return std::string(text, size > 0 ? static_cast<size_t>(size) : 0);
  }

 private:
  const std::string path_;
  const Descriptor socket_;
};

class ServiceManagerTest : public ::testing::Test {
 protected:
  ~ServiceManagerTest() override { Clear(); }

  static void Clear() {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID",
                             "LISTEN_FDS", "LISTEN_FDNAMES"}) {
      ::unsetenv(name);
    }
  }
  static void Set(const char* name, const std::string& value) {
    ::setenv(name, value.c_str(), /*overwrite=*/1);
  }
  static std::string OwnPath() {
    // A test's own folder may be too long for the address.
    return "/tmp/mailroom-notify-" + std::to_string(::getpid());
  }
  static std::string OwnName() { return "@mailroom-test-" + std::to_string(::getpid()); }
};

TEST_F(ServiceManagerTest, WithoutASocketNobodyIsTold) {
  const Result<ServiceManager> manager = ServiceManager::FromEnvironment();
  ASSERT_TRUE(manager.ok());
  EXPECT_FALSE(manager->present());
  EXPECT_TRUE(manager->Notify("READY=1").ok());
}

TEST_F(ServiceManagerTest, TellsASocketWithAPathAndOneWithout) {
  for (const std::string& address : {OwnPath(), OwnName()}) {
    Listening listening(address);
    Set("NOTIFY_SOCKET", address);
    const Result<ServiceManager> manager = ServiceManager::FromEnvironment();
    ASSERT_TRUE(manager.ok()) << address;
    EXPECT_TRUE(manager->present());
    EXPECT_TRUE(manager->Notify("READY=1\nSTATUS=serving").ok());
    EXPECT_EQ(listening.Take(), "READY=1\nSTATUS=serving");
    EXPECT_EQ(manager->heartbeat(), Duration::zero());
    EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);  // no child is meant
  }
}

TEST_F(ServiceManagerTest, WhenNobodyListensThatIsSaidAndNothingWaits) {
  const Result<ServiceManager> manager = ServiceManager::Open(OwnName());
  ASSERT_TRUE(manager.ok());
  EXPECT_EQ(manager->Notify("READY=1").code(), Code::kUnavailable);
  // One that does not take what it is told fills up.
  Listening listening(OwnName());
  Status status;
  for (int i = 0; i < 100'000 && status.ok(); ++i) status = manager->Notify("WATCHDOG=1");
  EXPECT_EQ(status.code(), Code::kUnavailable);
}

TEST_F(ServiceManagerTest, AnAddressThatIsNoneIsTold) {
  for (const std::string& address : {std::string("relative"), std::string("@"),
                                     std::string("vsock:2:1"), "/" + std::string(200, 'x')}) {
    Set("NOTIFY_SOCKET", address);
    const Result<ServiceManager> manager = ServiceManager::FromEnvironment();
    ASSERT_FALSE(manager.ok()) << address;
    EXPECT_NE(manager.status().message().find("NOTIFY_SOCKET="), std::string::npos);
  }
}

TEST_F(ServiceManagerTest, TheHeartbeatCountsWhenItIsMeantForThisProcess) {
  const auto heartbeat = [](const std::string& usec, const std::string& pid) {
    Clear();
    Set("NOTIFY_SOCKET", OwnName());
    Set("WATCHDOG_USEC", usec);
    if (!pid.empty()) Set("WATCHDOG_PID", pid);
    const Result<ServiceManager> manager = ServiceManager::FromEnvironment();
    return manager.ok() ? manager->heartbeat() : Duration(-1);
  };
  const std::string own = std::to_string(::getpid());
  EXPECT_EQ(heartbeat("3000000", ""), std::chrono::seconds(3));
  EXPECT_EQ(heartbeat("3000000", own), std::chrono::seconds(3));
  EXPECT_EQ(heartbeat("3000000", "1"), Duration::zero());
  EXPECT_EQ(heartbeat("", own), Duration::zero()) << "empty is unset";
  for (const char* senseless : {"0", "3s", "-1", "99999999999999999999"}) {
    EXPECT_EQ(heartbeat(senseless, own), Duration(-1)) << senseless;
  }
}

TEST_F(ServiceManagerTest, InheritedSocketsAreNumberedFromThreeAndNamed) {
  const auto names = [](const char* fds, const char* text) {
    std::string all;
    const auto sockets = ParseInheritedSockets("42", fds, text, 42);
    if (!sockets.ok()) return std::string("error");
    for (const InheritedSocket& socket : *sockets) {
      all.append(std::to_string(socket.fd)).append(socket.name).append(" ");
    }
    return all;
  };
  EXPECT_EQ(names("2", "http:admin"), "3http 4admin ");
  EXPECT_EQ(names("2", nullptr), "3 4 ");
  EXPECT_EQ(names("3", "http"), "3http 4 5 ");
  EXPECT_EQ(names("1", "http:admin"), "3http ");
  EXPECT_EQ(names("2", ":admin"), "3 4admin ");
  EXPECT_EQ(names("0", ""), "");
  for (const char* senseless : {"", "-1", "two", "1000000"})
    EXPECT_EQ(names(senseless, ""), "error");
}

TEST_F(ServiceManagerTest, SocketsOfAnotherProcessAreNotTaken) {
  EXPECT_TRUE(ParseInheritedSockets("41", "2", "", 42)->empty());
  EXPECT_TRUE(ParseInheritedSockets(nullptr, "2", "", 42)->empty());
  EXPECT_TRUE(ParseInheritedSockets("42", nullptr, "", 42)->empty());
  EXPECT_FALSE(ParseInheritedSockets("me", "2", "", 42).ok());
}

TEST_F(ServiceManagerTest, AnEmptyVariableIsUnset) {
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID",
                           "LISTEN_FDS", "LISTEN_FDNAMES"}) {
    Set(name, "");
  }
  const Result<ServiceManager> manager = ServiceManager::FromEnvironment();
  ASSERT_TRUE(manager.ok()) << manager.status().message();
  EXPECT_FALSE(manager->present());
  EXPECT_TRUE(TakeInheritedSockets().ok());
  Set("LISTEN_PID", std::to_string(::getpid()));
  Set("LISTEN_FDS", "");
  EXPECT_TRUE(TakeInheritedSockets()->empty());
  Set("NOTIFY_SOCKET", OwnName());
  Set("WATCHDOG_USEC", "3000000");
  Set("WATCHDOG_PID", "");
  EXPECT_EQ(ServiceManager::FromEnvironment()->heartbeat(), std::chrono::seconds(3));
}

TEST_F(ServiceManagerTest, TakenSocketsAreTakenOnce) {
  Set("LISTEN_PID", std::to_string(::getpid()));
  Set("LISTEN_FDS", "1");
  Set("LISTEN_FDNAMES", "http");
  EXPECT_EQ(TakeInheritedSockets()->size(), 1u);
  EXPECT_TRUE(TakeInheritedSockets()->empty());
}

}  // namespace
}  // namespace mailroom::io
