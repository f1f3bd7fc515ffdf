// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/duration.h"

#include <gtest/gtest.h>

namespace mailroom::server {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(DurationTest, ReadsANumberAndAUnit) {
  EXPECT_EQ(ParseDuration("500ms"), milliseconds(500));
  EXPECT_EQ(ParseDuration("5s"), seconds(5));
  EXPECT_EQ(ParseDuration("2m"), minutes(2));
  EXPECT_EQ(ParseDuration("1h"), hours(1));
  EXPECT_EQ(ParseDuration("0s"), Duration::zero());
}

TEST(DurationTest, RefusesAnythingElse) {
  for (const char* text : {"",
                           "5",
                           "s",
                           "ms",
                           "5 s",
                           " 5s",
                           "5s ",
                           "-5s",
                           "+5s",
                           "1.5s",
                           "5S",
                           "5sec",
                           "5ps",
                           "NaNs",
                           "infs",
                           "0x5s",
                           "1e3s",
                           "-0s",
                           "s5",
                           "\t5s",
                           "99999999999999999999s",
                           "9999999999h",
                           "9223372036854775808ns",
                           "18446744073709551615ns",
                           "876001h",
                           "2562047h"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(DurationTest, WritesWhatItReads) {
  for (const char* text :
       {"500ms", "5s", "2m", "1h", "0s", "90s", "1500ms", "7us", "1001ns", "876000h"}) {
    EXPECT_EQ(FormatDuration(*ParseDuration(text)), text);
  }
}

TEST(DurationTest, TheLongestHasRoomForJitterAndForAnyTime) {
  EXPECT_EQ(ParseDuration("876000h"), kMostDuration);
  EXPECT_GT(Duration::max() / 10 * 9, kMostDuration);
  EXPECT_GT(Duration::max() / 2, kMostDuration);
}

TEST(DurationTest, ZeroMayMeanNoLimit) {
  EXPECT_EQ(NoLimitAtZero(Duration::zero()), Duration::max());
  EXPECT_EQ(NoLimitAtZero(Duration(1)), Duration(1));
}

TEST(DurationTest, CountsAreDigitsOnly) {
  EXPECT_EQ(ParseCount("0"), 0u);
  EXPECT_EQ(ParseCount("18446744073709551615"), UINT64_MAX);
  for (const char* text : {"", "-1", "+1", "1 ", "0x1", "18446744073709551616"}) {
    EXPECT_EQ(ParseCount(text), std::nullopt) << text;
  }
}

TEST(DurationTest, NumbersAreThoseOfAFile) {
  EXPECT_EQ(ParseNumber("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(ParseNumber("9223372036854775807"), INT64_MAX);
  for (const char* text : {"", "-", "+1", "1 ", " 1", "1.0", "9223372036854775808"}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
  }
}

TEST(DurationTest, FileModesAreOctal) {
  EXPECT_EQ(ParseFileMode("0660"), 0660u);
  EXPECT_EQ(ParseFileMode("600"), 0600u);
  EXPECT_EQ(ParseFileMode("0"), 0u);
  for (const char* text : {"", "8", "0x1b", "rw", "-660", "1777", "99999999999999"}) {
    EXPECT_EQ(ParseFileMode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace mailroom::server
