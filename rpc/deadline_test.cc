// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/deadline.h"

#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

using std::chrono::milliseconds;

TEST(TimeoutMsTest, OneToTenDigits) {
  const std::pair<const char*, int64_t> rows[] = {
      {"0", 0}, {"1", 1}, {"5000", 5000}, {"0000000007", 7}, {"9999999999", 9'999'999'999}};
  for (const auto& [text, expected] : rows) {
    const Result<Duration> timeout = ParseTimeoutMs(text);
    ASSERT_TRUE(timeout.ok()) << text;
    EXPECT_EQ(*timeout, milliseconds(expected)) << text;
  }
}

TEST(TimeoutMsTest, AnythingElseIsInvalid) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text :
       {""sv, "-1"sv, "+1"sv, " 1"sv, "1 "sv, "1.5"sv, "1e3"sv, "0x10"sv, "five"sv, "5s"sv,
        "10000000000"sv, "00000000001"sv, "99999999999999999999"sv, "5000, 5000"sv, "1\0"sv,
        "\xd9\xa1"sv}) {
    const Result<Duration> timeout = ParseTimeoutMs(text);
    ASSERT_FALSE(timeout.ok()) << text;
    EXPECT_EQ(timeout.status().code(), Code::kInvalidArgument) << text;
  }
}

// The longest timeout, added to a clock that is far along, is "never" and not
// the past.
TEST(TimeoutMsTest, LongestTimeoutMakesADeadlineInTheFuture) {
  const Duration longest = *ParseTimeoutMs("9999999999");
  const TimePoint late = kForever - std::chrono::hours(1);
  EXPECT_EQ(DeadlineIn(late, longest), kForever);
  EXPECT_GT(DeadlineIn(TimePoint(), longest), TimePoint());
}

}  // namespace
}  // namespace mailroom::rpc
