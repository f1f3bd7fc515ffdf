// SPDX-License-Identifier: Apache-2.0
// A main() of one's own, which calls OpenLogFile() itself, and SIGHUP.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "mailroom/base/log.h"
#include "mailroom/base/testing/bounded_wait.h"
#include "mailroom/base/thread.h"
#include "mailroom/server/server.h"
#include "mailroom/services/greet.h"

namespace mailroom::tests {
namespace {

TEST(HangupTest, OpensTheFileOfAMainOfOnesOwnAnew) {
  const std::string path = ::testing::TempDir() + "/hangup_test.log";
  const std::string old = path + ".1";
  std::remove(path.c_str());
  ASSERT_TRUE(OpenLogFile(path).ok());
  ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.admin_listen.clear();
  Server server(options);
  server.Add<services::GreetActor>();
  server.DrainOnSignals();
  ASSERT_TRUE(server.Start().ok());
  ASSERT_EQ(std::rename(path.c_str(), old.c_str()), 0);
  // Before Serve() as well it ends nothing; then the first loop reads it.
  const Thread operators("operators", [&] {
    testing::AwaitUntil("the new file", [&path] {
      ::kill(::getpid(), SIGHUP);
      return std::filesystem::exists(path);
    });
    server.RequestStop();
  });
  EXPECT_TRUE(server.Serve().ok());
}

}  // namespace
}  // namespace mailroom::tests
