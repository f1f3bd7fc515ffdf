// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_text.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

// "(bad)" when refused.
std::string Escaped(std::string_view text) {
  ScratchBuffer out;
  return AppendEscaped(text, &out) ? std::string(out.view()) : "(bad)";
}

std::string Unescaped(std::string_view raw) {
  ScratchBuffer out;
  return AppendUnescaped(raw, &out) ? std::string(out.view()) : "(bad)";
}

TEST(JsonTextTest, WritesMarkupAndWhatNobodySeesAsEscapes) {
  EXPECT_EQ(Escaped("plain & 'text'/"), "plain & 'text'/");
  EXPECT_EQ(Escaped("<\"\\>\n\x01\x7f"), "\\u003c\\\"\\\\\\u003e\\n\\u0001\\u007f");
  EXPECT_EQ(Escaped("\xc2\x85\xe2\x80\xa8\xef\xbb\xbf"), "\\u0085\\u2028\\ufeff");
  EXPECT_EQ(Escaped("\xf3\xa0\x80\x81"), "\\udb40\\udc01");
  EXPECT_EQ(Escaped("\xc3\xa9\xf0\x9f\x98\x80"), "\xc3\xa9\xf0\x9f\x98\x80");
}

TEST(JsonTextTest, RefusesToWriteWhatIsNoUtf8) {
  EXPECT_EQ(Escaped("a\xff"), "(bad)");
  EXPECT_EQ(Escaped("\xed\xa0\x80"), "(bad)");
}

TEST(JsonTextTest, ReadsTheEscapesOfTheRfc) {
  EXPECT_EQ(Unescaped(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(Unescaped(R"(a\u00e9\u20AC\ud83d\uDE00z)"), "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
  EXPECT_EQ(Unescaped(R"(\u0000)"), std::string(1, '\0'));
  for (const char* raw : {R"(\v)", R"(\x41)", R"(\u12)", R"(\u12g4)", R"(\ud83d)", R"(\ud83dx)",
                          R"(\ude00)", R"(\ud83d\u0041)"}) {
    EXPECT_EQ(Unescaped(raw), "(bad)") << raw;
  }
}

TEST(JsonTextTest, LongTextSpillsToTheHeap) {
  const std::string text(3 * ScratchBuffer::kBlock, '<');
  EXPECT_EQ(Escaped(text).size(), 6 * text.size());
  EXPECT_EQ(Unescaped(Escaped(text)), text);
}

}  // namespace
}  // namespace mailroom::rpc
