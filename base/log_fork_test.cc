// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/base/log.h"
#include "mailroom/base/sanitizers.h"
#include "mailroom/base/thread.h"

namespace mailroom {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Nothing that happens at all takes as long as this.
constexpr Duration kPatience = std::chrono::seconds(60);
constexpr unsigned kPatienceSeconds = 60;
constexpr int kForks = 200;

// Its exit code; a negative number when a signal ended it: SIGALRM, when it hung.
int InChild(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kPatienceSeconds);
    ::_exit(body() ? 0 : 1);
  }
  int ended = 0;
  EXPECT_EQ(::waitpid(child, &ended, 0), child);
  return WIFEXITED(ended) ? WEXITSTATUS(ended) : -WTERMSIG(ended);
}

bool LogInChild() {
  MAILROOM_LOG(kInfo) << "from the child";
  return FlushLog(kPatience);
}

std::string TextOf(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class LogForkTest : public ::testing::Test {
 protected:
  LogForkTest() : path_(::testing::TempDir() + "/log_fork_test.log") { std::remove(path_.c_str()); }
  ~LogForkTest() override {
    InitLogging(LogOptions());
    EXPECT_TRUE(OpenLogFile("/dev/null").ok());
  }

  const std::string path_;
};

// No lock that the other thread holds is left in the child.
TEST_F(LogForkTest, AChildLogsWhateverAnotherThreadWasAbout) {
  ASSERT_TRUE(OpenLogFile("/dev/null").ok());
  for (const bool to_function : {false, true}) {
    LogOptions options;
    if (to_function) options.sink = [](std::string_view) {};
    InitLogging(std::move(options));
    std::atomic<bool> ends{false};
    const Thread other("other", [&ends] {
      while (!ends) MAILROOM_LOG(kInfo) << std::string(400, 'x');
    });
    const bool logs = to_function || !kThreadSanitizer;  // which starts no thread in a child
    for (int i = 0; i < kForks && !HasFailure(); ++i) {
      EXPECT_EQ(InChild([logs] { return !logs || LogInChild(); }), 0) << i;
    }
    ends = true;
  }
}

// The log's thread need not have opened it.
TEST_F(LogForkTest, AChildLogsToTheFileOfItsParent) {
  if (kThreadSanitizer) return;  // it starts no thread in a child
  ASSERT_TRUE(OpenLogFile(path_).ok());
  EXPECT_EQ(InChild(LogInChild), 0);
  EXPECT_THAT(TextOf(path_), HasSubstr("] from the child\n"));
}

TEST_F(LogForkTest, AChildCanOpenTheFileAnew) {
  if (kThreadSanitizer) return;  // it starts no thread in a child
  const std::string old = path_ + ".1";
  ASSERT_TRUE(OpenLogFile(path_).ok());
  MAILROOM_LOG(kInfo) << "from the parent";
  ASSERT_TRUE(FlushLog(kPatience));
  ASSERT_EQ(std::rename(path_.c_str(), old.c_str()), 0);
  EXPECT_EQ(InChild([] { return ReopenLogFile() && FlushLog(kPatience) && LogInChild(); }), 0);
  EXPECT_THAT(TextOf(old), HasSubstr("] from the parent\n"));
  EXPECT_THAT(TextOf(old), Not(HasSubstr("from the child")));
  EXPECT_THAT(TextOf(path_), HasSubstr("log file opened anew: " + path_));
  EXPECT_THAT(TextOf(path_), HasSubstr("] from the child\n"));
}

}  // namespace
}  // namespace mailroom
