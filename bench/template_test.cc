// SPDX-License-Identifier: Apache-2.0
#include "mailroom/bench/template.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace mailroom::bench {
namespace {

std::string Next(Template& from) {
  std::string copy;
  from.AppendTo(copy);
  return copy;
}

TEST(FromHexTest, TwoDigitsAreAByte) { EXPECT_EQ(FromHex("410a02"), "A\n\x02"); }

TEST(FromHexTest, WhatIsNoHexIsEmpty) {
  EXPECT_EQ(FromHex("4"), "");
  EXPECT_EQ(FromHex("4g"), "");
}

TEST(TemplateTest, WithoutMarksCopiesAreTheText) {
  Template plain("POST / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(Next(plain), "POST / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(Next(plain), "POST / HTTP/1.1\r\n\r\n");
}

TEST(TemplateTest, FreshDigitsDifferInEachCopyAndAreHexadecimal) {
  Template traced("a" + std::string(40, kFreshDigit) + "b");
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string copy = Next(traced);
    ASSERT_EQ(copy.size(), traced.size());
    EXPECT_EQ(copy.front(), 'a');
    EXPECT_EQ(copy.back(), 'b');
    EXPECT_EQ(copy.find_first_not_of("0123456789abcdef"), std::string::npos);
    seen.insert(copy);
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(TemplateTest, TheCountGoesDownAndBeginsAgain) {
  Template counted("t=" + std::string(2, kCountDigit) + ";");
  EXPECT_EQ(Next(counted), "t=99;");
  EXPECT_EQ(Next(counted), "t=98;");
  for (int i = 0; i < 87; ++i) Next(counted);
  EXPECT_EQ(Next(counted), "t=10;");
  EXPECT_EQ(Next(counted), "t=99;");
}

TEST(TemplateTest, CopiesAreAppended) {
  Template plain("ab");
  std::string all = "x";
  plain.AppendTo(all);
  plain.AppendTo(all);
  EXPECT_EQ(all, "xabab");
}

}  // namespace
}  // namespace mailroom::bench
