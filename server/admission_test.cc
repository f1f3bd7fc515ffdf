// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/admission.h"

#include <chrono>
#include <optional>

#include <gtest/gtest.h>

namespace mailroom::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint kBegan{std::chrono::hours(1)};

TEST(DeadlineOfTest, IsTheEarlierOfTheCallersAndTheServers) {
  ServerOptions options;
  EXPECT_EQ(DeadlineOf(kBegan, std::nullopt, options), kForever);
  EXPECT_EQ(DeadlineOf(kBegan, seconds(7), options), kBegan + seconds(7));
  EXPECT_EQ(DeadlineOf(kBegan, seconds(0), options), kBegan);
  options.max_call_timeout = seconds(5);
  EXPECT_EQ(DeadlineOf(kBegan, std::nullopt, options), kBegan + seconds(5));
  EXPECT_EQ(DeadlineOf(kBegan, seconds(7), options), kBegan + seconds(5));
  EXPECT_EQ(DeadlineOf(kBegan, milliseconds(1), options), kBegan + milliseconds(1));
  EXPECT_EQ(DeadlineOf(kBegan, seconds(0), options), kBegan);
}

TEST(DeadlineStatusTest, NamesTheFlagOnlyWhereItCameFirst) {
  const auto names = [](std::optional<Duration> asked, Duration most) {
    ServerOptions options;
    options.max_call_timeout = most;
    const Status status = DeadlineStatus(asked, options);
    EXPECT_EQ(status.code(), Code::kDeadlineExceeded);
    return status.message().find("--max-call-timeout") != std::string_view::npos;
  };
  EXPECT_TRUE(names(std::nullopt, seconds(5)));
  EXPECT_TRUE(names(seconds(6), seconds(5)));
  EXPECT_FALSE(names(seconds(5), seconds(5)));
  EXPECT_FALSE(names(seconds(4), seconds(5)));
  EXPECT_FALSE(names(seconds(4), seconds(0)));
}

// What is told about an error is not cut off by a limit that is for replies.
TEST(IsTooLargeTest, ASmallErrorNeverIs) {
  ServerOptions options;
  options.max_reply_bytes = 100;
  EXPECT_FALSE(IsTooLarge(100, Status(), options));
  EXPECT_TRUE(IsTooLarge(101, Status(), options));
  EXPECT_FALSE(IsTooLarge(101, NotFound("nobody"), options));
  EXPECT_FALSE(IsTooLarge(64 * 1024, NotFound("nobody"), options));
  EXPECT_TRUE(IsTooLarge(64 * 1024 + 1, NotFound("nobody"), options));
  options.max_reply_bytes = 1 << 20;
  EXPECT_FALSE(IsTooLarge(1 << 20, NotFound("nobody"), options));
}

}  // namespace
}  // namespace mailroom::server
