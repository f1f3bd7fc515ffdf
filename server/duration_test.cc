// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/duration.h"

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
  for (const char* text : {"", "5", "s", "ms", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5S",
                           "5sec", "5us", "99999999999999999999s", "9999999999h"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(DurationTest, WritesWhatItReads) {
  for (const char* text : {"500ms", "5s", "2m", "1h", "0s", "90s", "1500ms"}) {
    EXPECT_EQ(FormatDuration(*ParseDuration(text)), text);
  }
}

TEST(DurationTest, CountsAreDigitsOnly) {
  EXPECT_EQ(ParseCount("0"), 0u);
  EXPECT_EQ(ParseCount("18446744073709551615"), UINT64_MAX);
  for (const char* text : {"", "-1", "+1", "1 ", "0x1", "18446744073709551616"}) {
    EXPECT_EQ(ParseCount(text), std::nullopt) << text;
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
