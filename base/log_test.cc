// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/log.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/base/log_buffer.h"
#include "mailroom/base/mutex.h"
#include "mailroom/base/status.h"
#include "mailroom/base/testing/bounded_wait.h"
#include "mailroom/base/thread.h"

namespace mailroom {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// Keeps the lines, and gives the log back when the test ends.
class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override { InitLogging(LogOptions()); }

  void Start(LogLevel level, LogFormat format) {
    InitLogging(LogOptions{level, format, [this](std::string_view line) {
                             MutexLock lock(mutex_);
                             lines_.emplace_back(line);
                           }});
  }
  std::vector<std::string> lines() {
    MutexLock lock(mutex_);
    return lines_;
  }

 private:
  Mutex mutex_;
  std::vector<std::string> lines_ MAILROOM_GUARDED_BY(mutex_);
};

TEST_F(LogTest, TextLinesTellTimeLevelThreadAndPlace) {
  Start(LogLevel::kInfo, LogFormat::kText);
  MAILROOM_LOG(kInfo) << "listening on port " << 8080;
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_THAT(lines()[0], MatchesRegex("....-..-..T..:..:..[.]......Z info main "
                                       "log_test.cc:[0-9]+] listening on port 8080"));
}

TEST_F(LogTest, JsonLinesTellTheSame) {
  Start(LogLevel::kInfo, LogFormat::kJson);
  MAILROOM_LOG(kWarning) << "say \"hello\"\n\xFF";
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_THAT(lines()[0],
              MatchesRegex("[{]\"time\":\"....-..-..T..:..:..[.]......Z\",\"level\":\"warning\","
                           "\"thread\":\"main\",\"source\":\"log_test.cc:[0-9]+\",\"message\":.*"));
  EXPECT_THAT(lines()[0], EndsWith("\"message\":\"say \\\"hello\\\"\\n\\ufffd\"}"));
}

TEST_F(LogTest, AMessageCanNotForgeALine) {
  Start(LogLevel::kInfo, LogFormat::kText);
  Log(LogLevel::kError, "path /x\n2024-01-01T00:00:00.000000Z info forged\x1b[2J");
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_THAT(lines()[0], HasSubstr("error main -] path /x\\n2024"));
  EXPECT_THAT(lines()[0], EndsWith("forged\\u001b[2J"));
}

TEST_F(LogTest, BracesAndPercentsAreText) {
  Start(LogLevel::kInfo, LogFormat::kText);
  Log(LogLevel::kInfo, "{} {0} %v %s");
  EXPECT_THAT(lines().at(0), EndsWith("{} {0} %v %s"));
}

TEST_F(LogTest, ADisabledLevelEvaluatesNothing) {
  Start(LogLevel::kWarning, LogFormat::kText);
  int evaluated = 0;
  MAILROOM_LOG(kInfo) << ++evaluated;
  MAILROOM_LOG_EVERY(kDebug, std::chrono::seconds(1)) << ++evaluated;
  Log(LogLevel::kInfo, "not written");
  EXPECT_EQ(evaluated, 0);
  EXPECT_TRUE(lines().empty());
  MAILROOM_LOG(kWarning) << ++evaluated;
  EXPECT_EQ(evaluated, 1);
  Start(LogLevel::kOff, LogFormat::kText);
  MAILROOM_LOG(kError) << ++evaluated;
  EXPECT_EQ(evaluated, 1);
}

TEST_F(LogTest, EveryTypeIsWrittenAsAPersonWould) {
  Start(LogLevel::kInfo, LogFormat::kText);
  MAILROOM_LOG(kInfo) << 'c' << ' ' << true << ' ' << -7 << ' ' << UINT64_MAX << ' ' << 0.25 << ' '
                      << std::string("s") << ' ' << std::string_view("v") << ' '
                      << std::chrono::milliseconds(1500) << ' ' << std::chrono::microseconds(20)
                      << ' ' << NotFound("gone");
  EXPECT_THAT(lines().at(0),
              EndsWith("c true -7 18446744073709551615 0.25 s v 1.5s 0.02ms not_found: gone"));
}

TEST_F(LogTest, StandsWhereAStatementDoes) {
  Start(LogLevel::kInfo, LogFormat::kText);
  if (lines().empty())
    MAILROOM_LOG(kInfo) << "then";
  else
    MAILROOM_LOG(kInfo) << "else";
  EXPECT_THAT(lines().at(0), EndsWith("then"));
}

TEST_F(LogTest, ThreadsWriteWholeLines) {
  Start(LogLevel::kInfo, LogFormat::kText);
  std::vector<Thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back("writer", [] {
      for (int n = 0; n < 100; ++n) MAILROOM_LOG(kInfo) << "line " << n << " end";
    });
  }
  threads.clear();
  const std::vector<std::string> all = lines();
  EXPECT_EQ(all.size(), 400u);
  EXPECT_TRUE(std::all_of(all.begin(), all.end(), [](const std::string& line) {
    return line.ends_with(" end") && line.find(" writer ") != std::string::npos;
  }));
}

TEST_F(LogTest, AFloodFromOnePlaceIsOneLine) {
  Start(LogLevel::kInfo, LogFormat::kText);
  for (int i = 0; i < 1000; ++i) MAILROOM_LOG_EVERY(kInfo, std::chrono::hours(1)) << "flood";
  EXPECT_EQ(lines().size(), 1u);
  MAILROOM_LOG_EVERY(kInfo, std::chrono::hours(1)) << "another place";
  EXPECT_EQ(lines().size(), 2u);
}

TEST_F(LogTest, ATestMayAskForEachLine) {
  LogOptions options;
  int lines = 0;
  options.sink = [&lines](std::string_view) { ++lines; };
  options.rates_limited = false;
  InitLogging(std::move(options));
  for (int i = 0; i < 10; ++i) MAILROOM_LOG_EVERY(kInfo, std::chrono::hours(1)) << "each";
  EXPECT_EQ(lines, 10);
}

TEST_F(LogTest, TheNextLineTellsHowManyWereLeftOut) {
  Start(LogLevel::kInfo, LogFormat::kText);
  LogLine(LogLevel::kInfo, "file.cc", 1).Suppressed(3) << "full";
  EXPECT_THAT(lines().at(0), EndsWith("file.cc:1] full (3 more like this were left out)"));
}

TEST(LogLimiterTest, LetsOnePassPerPeriodAndCountsTheRest) {
  FakeClock clock;
  LogLimiter limiter;
  const Duration period = std::chrono::seconds(1);
  EXPECT_EQ(limiter.Admit(clock.Now(), period), 0);
  EXPECT_EQ(limiter.Admit(clock.Now(), period), LogLimiter::kRefused);
  clock.Advance(period - Duration(1));
  EXPECT_EQ(limiter.Admit(clock.Now(), period), LogLimiter::kRefused);
  clock.Advance(Duration(1));
  EXPECT_EQ(limiter.Admit(clock.Now(), period), 2);
  clock.Advance(period);
  EXPECT_EQ(limiter.Admit(clock.Now(), period), 0);
}

TEST(LogNamesTest, RoundTrip) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError, LogLevel::kOff}) {
    EXPECT_EQ(ParseLogLevel(LogLevelName(level)), level);
  }
  EXPECT_EQ(ParseLogLevel("warn"), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("verbose"), std::nullopt);
  EXPECT_EQ(ParseLogFormat("text"), LogFormat::kText);
  EXPECT_EQ(ParseLogFormat("json"), LogFormat::kJson);
  EXPECT_EQ(ParseLogFormat("xml"), std::nullopt);
}

TEST_F(LogTest, LinesOfAnAttachedBufferAreWrittenAsTheyAre) {
  Start(LogLevel::kOff, LogFormat::kJson);
  const auto buffer = std::make_shared<LogBuffer>(1024);
  AttachToLog(buffer);
  buffer->Add("one\n");
  buffer->Add("\n");
  buffer->Add("two words\n");
  EXPECT_TRUE(FlushLog(testing::kWaitBound));
  DetachFromLog(*buffer);
  EXPECT_EQ(lines(), (std::vector<std::string>{"one", "", "two words"}));
  InitLogging(LogOptions());
  ::testing::internal::CaptureStderr();
  AttachToLog(buffer);
  buffer->Add("one\n");
  buffer->Add("two\n");
  EXPECT_TRUE(FlushLog(testing::kWaitBound));
  DetachFromLog(*buffer);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "one\ntwo\n");
}

// On the log's thread as on the one that logs.
TEST_F(LogTest, AFunctionThatThrowsCostsTheLine) {
  std::vector<std::string> lines;
  LogOptions options;
  options.level = LogLevel::kError;  // the loss is told in a warning
  options.sink = [&lines](std::string_view line) {
    if (line.ends_with("bad")) throw std::runtime_error("no");
    lines.emplace_back(line);
  };
  InitLogging(std::move(options));
  MAILROOM_LOG(kError) << "bad";
  const auto buffer = std::make_shared<LogBuffer>(1024);
  AttachToLog(buffer);
  for (const char* const line : {"one\n", "bad\n", "two\n"}) buffer->Add(line);
  EXPECT_TRUE(FlushLog(testing::kWaitBound));
  DetachFromLog(*buffer);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(buffer->lost(), 1u);
}

TEST(LogDefaultTest, WritesToStderr) {
  ::testing::internal::CaptureStderr();
  MAILROOM_LOG(kInfo) << "to stderr";
  MAILROOM_LOG(kDebug) << "below the default level";
  EXPECT_TRUE(FlushLog(testing::kWaitBound));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), EndsWith("] to stderr\n"));
}

}  // namespace
}  // namespace mailroom
