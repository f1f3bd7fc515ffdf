// SPDX-License-Identifier: Apache-2.0
// A kernel that does not take one of the listener's socket options: which flag is named, and
// what helps.
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

#include "mailroom/io/listener.h"
#include "mailroom/server/server.h"
#include "mailroom/services/greet.h"

namespace {

struct Refused {
  int level = 0;
  int option = 0;
  int taken = 0;  // so many calls before that
};
Refused g_refused;

}  // namespace

// In place of libc's.
extern "C" int setsockopt(int fd, int level, int option, const void* value,
                          socklen_t size) noexcept {
  if (level == g_refused.level && option == g_refused.option && g_refused.taken-- <= 0) {
    errno = ENOPROTOOPT;
    return -1;
  }
  static const auto real = reinterpret_cast<decltype(&setsockopt)>(dlsym(RTLD_NEXT, "setsockopt"));
  return real(fd, level, option, value, size);
}

namespace mailroom::tests {
namespace {

class RefusedOptionsTest : public ::testing::Test {
 protected:
  RefusedOptionsTest() {
    options.listen = {"127.0.0.1:0"};
    options.admin_listen = "";
    options.workers = 0;
  }
  ~RefusedOptionsTest() override { g_refused = Refused(); }

  std::string Start() {
    Server server(options);
    server.Add<services::GreetActor>();
    return std::string(server.Start().message());
  }

  ServerOptions options;
};

TEST_F(RefusedOptionsTest, APeerTimeoutThatTheKernelDoesNotTakeIsToldWithTheWayOut) {
  Result<io::Listener> opener = io::Listener::Bind(*io::Address::Parse("127.0.0.1:0"));
  ASSERT_TRUE(opener.ok());
  g_refused = {IPPROTO_TCP, TCP_USER_TIMEOUT, 0};
  EXPECT_EQ(Start(),
            "--peer-timeout: setsockopt: Protocol not available; 0s leaves it to the kernel");
  options.peer_timeout = Duration::zero();
  EXPECT_EQ(Start(), "");
  options.listen = {"fd:" + std::to_string(::dup(opener->fd()))};
  EXPECT_EQ(Start(), "");
}

TEST_F(RefusedOptionsTest, WhyAnotherLoopHasNoListenerIsToldWithItsFlag) {
  options.io_threads = 2;
  g_refused = {SOL_SOCKET, SO_REUSEPORT, 1};
  EXPECT_EQ(Start(), "--listen: setsockopt: Protocol not available");
}

}  // namespace
}  // namespace mailroom::tests
