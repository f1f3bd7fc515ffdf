// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/trace_context.h"

#include <string>

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

constexpr const char* kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kGood = std::string("00-") + kTrace + "-00f067aa0ba902b7-01";

TEST(TraceContextTest, TheTraceIdOfAWellFormedHeaderIsKept) {
  EXPECT_EQ(ParseTraceId(kGood), kTrace);
  // Flags that nobody knows yet, and none.
  EXPECT_EQ(ParseTraceId(std::string("00-") + kTrace + "-00f067aa0ba902b7-ff"), kTrace);
  EXPECT_EQ(ParseTraceId(std::string("00-") + kTrace + "-00f067aa0ba902b7-00"), kTrace);
}

TEST(TraceContextTest, ALaterVersionMaySayMoreBehindADash) {
  const std::string later = "cc" + kGood.substr(2);
  EXPECT_EQ(ParseTraceId(later), kTrace);
  EXPECT_EQ(ParseTraceId(later + "-what-the-future-brings"), kTrace);
  EXPECT_EQ(ParseTraceId(later + "."), "");
}

TEST(TraceContextTest, WhatIsMalformedGivesNone) {
  const std::string zeros(32, '0');
  const std::string rows[] = {
      "",
      "00",
      kTrace,
      kGood.substr(0, kGood.size() - 1),
      kGood + "-",
      kGood + "0",
      kGood + " ",
      " " + kGood,
      "ff" + kGood.substr(2),
      "0x" + kGood.substr(2),
      "00-" + zeros + "-00f067aa0ba902b7-01",
      std::string("00-") + kTrace + "-0000000000000000-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      std::string("00-") + kTrace + "-00F067AA0BA902B7-01",
      std::string("00_") + kTrace + "-00f067aa0ba902b7-01",
      std::string("00-") + kTrace + "_00f067aa0ba902b7-01",
      std::string("00-") + kTrace + "-00f067aa0ba902b7_01",
      std::string("00-") + kTrace + "-00f067aa0ba902b7-0g",
      "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
      std::string("00-") + kTrace + "-00f067aa0ba902-b7-01",
      kGood + "," + kGood,
  };
  for (const std::string& row : rows) EXPECT_EQ(ParseTraceId(row), "") << row;
}

TEST(TraceContextTest, OfTwoHeadersNoneCounts) {
  http::Headers fields;
  EXPECT_EQ(TraceIdOf(fields), "");
  fields.Add("Traceparent", kGood);
  EXPECT_EQ(TraceIdOf(fields), kTrace);
  fields.Add("traceparent", kGood);
  EXPECT_EQ(TraceIdOf(fields), "");
}

}  // namespace
}  // namespace mailroom::rpc
