// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/admission.h"

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
  for (const auto make : {DeadlineStatus, LateRequestStatus, UnreadRequestStatus}) {
    const auto names = [make](std::optional<Duration> asked, Duration most) {
      ServerOptions options;
      options.max_call_timeout = most;
      const Status status = make(asked, options);
      EXPECT_EQ(status.code(), Code::kDeadlineExceeded);
      return status.message().find("--max-call-timeout") != std::string_view::npos;
    };
    EXPECT_TRUE(names(std::nullopt, seconds(5)));
    EXPECT_TRUE(names(seconds(6), seconds(5)));
    EXPECT_FALSE(names(seconds(5), seconds(5)));
    EXPECT_FALSE(names(seconds(4), seconds(5)));
    EXPECT_FALSE(names(seconds(4), seconds(0)));
  }
}

}  // namespace
}  // namespace mailroom::server
