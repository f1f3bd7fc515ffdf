// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/json_escape.h"

#include <gtest/gtest.h>

namespace mailroom {
namespace {

std::string Escaped(std::string_view text) {
  std::string out;
  AppendJsonEscaped(text, &out);
  return out;
}

TEST(JsonEscapeTest, PlainTextStays) {
  EXPECT_EQ(Escaped(""), "");
  EXPECT_EQ(Escaped("plain text, 100%"), "plain text, 100%");
}

TEST(JsonEscapeTest, AppendsBehindWhatIsThere) {
  std::string out = "{\"";
  AppendJsonEscaped("key", &out);
  EXPECT_EQ(out, "{\"key");
}

TEST(JsonEscapeTest, QuotesBackslashesAndControls) {
  EXPECT_EQ(Escaped("a\"b\\c"), "a\\\"b\\\\c");
  EXPECT_EQ(Escaped("\n\r\t"), "\\n\\r\\t");
  EXPECT_EQ(Escaped(std::string_view("\0\x1b\x7f", 3)), "\\u0000\\u001b\\u007f");
}

TEST(JsonEscapeTest, Utf8Stays) {
  EXPECT_EQ(Escaped("ä € 𝄞"), "ä € 𝄞");
  EXPECT_EQ(Escaped("\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"),
            "\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
}

TEST(JsonEscapeTest, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(Escaped("a\xFFz"), "a\\ufffdz");
  EXPECT_EQ(Escaped("\x80"), "\\ufffd");  // a continuation alone
  EXPECT_EQ(Escaped("\xC3"), "\\ufffd");  // cut off
  EXPECT_EQ(Escaped("\xE2\x82"
                    "x"),
            "\\ufffd\\ufffdx");                                 // cut off in the middle
  EXPECT_EQ(Escaped("\xC0\xAF"), "\\ufffd\\ufffd");             // overlong slash
  EXPECT_EQ(Escaped("\xE0\x9F\xBF"), "\\ufffd\\ufffd\\ufffd");  // overlong
  EXPECT_EQ(Escaped("\xED\xA0\x80"), "\\ufffd\\ufffd\\ufffd");  // a surrogate
  EXPECT_EQ(Escaped("\xF0\x8F\xBF\xBF"), "\\ufffd\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(Escaped("\xF4\x90\x80\x80"), "\\ufffd\\ufffd\\ufffd\\ufffd");  // past U+10FFFF
  EXPECT_EQ(Escaped("\xF5"), "\\ufffd");
}

}  // namespace
}  // namespace mailroom
