// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <climits>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/base/log.h"
#include "mailroom/base/log_output.h"
#include "mailroom/base/sanitizers.h"
#include "mailroom/base/testing/bounded_wait.h"
#include "mailroom/base/testing/file_text.h"
#include "mailroom/base/thread.h"

#ifdef MAILROOM_THREAD_SANITIZER
// Otherwise it ends a child that starts a thread. It looks for no races in the child.
extern "C" const char* __tsan_default_options() { return "die_after_fork=0"; }
#endif

namespace mailroom {
namespace {

using testing::FileText;
using testing::HangAlarm;
using ::testing::HasSubstr;
using testing::kWaitBound;
using ::testing::Not;

constexpr int kForks = 200;

// Its exit code; a negative number when a signal ended it: SIGALRM, when it hung.
int InChild(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    const HangAlarm alarm;
    ::_exit(body() ? 0 : 1);
  }
  int ended = 0;
  EXPECT_EQ(::waitpid(child, &ended, 0), child);
  return WIFEXITED(ended) ? WEXITSTATUS(ended) : -WTERMSIG(ended);
}

bool LogInChild() {
  MAILROOM_LOG(kInfo) << "from the child";
  return FlushLog(kWaitBound) && LogLinesLost() == 0;
}

// Whether a descriptor of this process names that file.
bool HasOpen(const std::string& path) {
  std::error_code ignored;
  for (const auto& fd : std::filesystem::directory_iterator("/proc/self/fd")) {
    if (std::filesystem::equivalent(fd.path(), path, ignored)) return true;
  }
  return false;
}

// While another thread does that, over and over. No lock that it holds is left in a child.
void CheckThatChildrenLogWhile(const std::function<void()>& step) {
  std::atomic<bool> ends{false};
  const Thread other("other", [&] {
    while (!ends) step();
  });
  for (int i = 0; i < kForks && !::testing::Test::HasFailure(); ++i) {
    EXPECT_EQ(InChild(LogInChild), 0) << i;
  }
  ends = true;
}

void LogALongLine() { MAILROOM_LOG(kInfo) << std::string(400, 'x'); }

// A program whose log nobody has sent to a file.
[[noreturn]] void ForkWithoutAFile() {
  MAILROOM_LOG(kInfo) << "the parent's thread runs";
  ::_exit(FlushLog(kWaitBound) ? InChild(LogInChild) : 1);
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

using LogForkDeathTest = LogForkTest;

// In a program of its own: in this one another test may have opened a file.
TEST_F(LogForkDeathTest, AChildLogsToStderrAsItsParentDoes) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(ForkWithoutAFile(), ::testing::ExitedWithCode(0), HasSubstr("] from the child\n"));
}

// Its parent's thread is not there.
TEST_F(LogForkTest, AChildWithoutALineHasNothingToWaitFor) {
  MAILROOM_LOG(kInfo) << "the parent's thread runs";
  ASSERT_TRUE(FlushLog(kWaitBound));
  EXPECT_EQ(InChild([] { return FlushLog(kWaitBound); }), 0);
}

// What waits in its parent's the parent writes.
TEST_F(LogForkTest, AChildHasALogOfItsOwn) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const int fifo = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  while (WriteWithin(fifo, std::string(PIPE_BUF, '.'), Duration::zero())) {
  }
  ASSERT_TRUE(OpenLogFile(path_).ok());
  MAILROOM_LOG(kInfo) << "from the parent: its thread waits with it";
  EXPECT_FALSE(FlushLog(std::chrono::milliseconds(1)));
  MAILROOM_LOG(kInfo) << "from the parent: still in its buffer";
  const std::string childs = path_ + ".child";
  std::remove(childs.c_str());
  EXPECT_EQ(InChild([&childs] { return OpenLogFile(childs).ok() && LogInChild(); }), 0);
  EXPECT_THAT(FileText(childs), HasSubstr("] from the child\n"));
  EXPECT_THAT(FileText(childs), Not(HasSubstr("from the parent")));
  ::close(fifo);
}

TEST_F(LogForkTest, AChildLogsWhileAnotherThreadOfItsParentLogs) {
  ASSERT_TRUE(OpenLogFile("/dev/null").ok());
  CheckThatChildrenLogWhile(LogALongLine);
}

TEST_F(LogForkTest, AChildCallsTheFunctionWhileAnotherThreadOfItsParentDoes) {
  LogOptions options;
  options.sink = [](std::string_view) {};
  InitLogging(std::move(options));
  CheckThatChildrenLogWhile(LogALongLine);
}

// The log's thread need not have opened it.
TEST_F(LogForkTest, AChildLogsToTheFileOfItsParent) {
  ASSERT_TRUE(OpenLogFile(path_).ok());
  EXPECT_EQ(InChild(LogInChild), 0);
  EXPECT_THAT(FileText(path_), HasSubstr("] from the child\n"));
}

// The descriptor that the child goes on with is open, wherever the log's thread is.
TEST_F(LogForkTest, AChildLogsWhileItsParentOpensTheFileAnew) {
  CheckThatChildrenLogWhile([this] {
    EXPECT_TRUE(OpenLogFile(path_).ok());
    EXPECT_TRUE(ReopenLogFile());
    EXPECT_TRUE(FlushLog(kWaitBound));
  });
}

TEST_F(LogForkTest, AChildCanOpenTheFileAnew) {
  const std::string old = path_ + ".1";
  ASSERT_TRUE(OpenLogFile(path_).ok());
  MAILROOM_LOG(kInfo) << "from the parent";
  ASSERT_TRUE(FlushLog(kWaitBound));
  ASSERT_EQ(std::rename(path_.c_str(), old.c_str()), 0);
  EXPECT_EQ(InChild([&old] {
              return ReopenLogFile() && FlushLog(kWaitBound) && !HasOpen(old) && LogInChild();
            }),
            0);
  EXPECT_THAT(FileText(old), HasSubstr("] from the parent\n"));
  EXPECT_THAT(FileText(old), Not(HasSubstr("from the child")));
  EXPECT_THAT(FileText(path_), HasSubstr("log file opened anew: " + path_));
  EXPECT_THAT(FileText(path_), HasSubstr("] from the child\n"));
}

}  // namespace
}  // namespace mailroom
