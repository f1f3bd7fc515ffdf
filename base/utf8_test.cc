// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/utf8.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace mailroom {
namespace {

using std::string_view_literals::operator""sv;

TEST(Utf8Test, AcceptsTheFirstAndLastOfEachLength) {
  for (const std::string_view text :
       {""sv, "\0"sv, "\x7f"sv, "\xc2\x80"sv, "\xdf\xbf"sv, "\xe0\xa0\x80"sv, "\xed\x9f\xbf"sv,
        "\xee\x80\x80"sv, "\xef\xbf\xbf"sv, "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv}) {
    EXPECT_TRUE(IsUtf8(text));
    EXPECT_TRUE(IsUtf8("a" + std::string(text) + "b"));
  }
}

TEST(Utf8Test, RefusesOverlongSurrogateTooHighAndCutOff) {
  for (const std::string_view text :
       {"\x80"sv, "\xbf"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc2"sv, "\xc2\x41"sv, "\xe0\x9f\xbf"sv,
        "\xe1\x80"sv, "\xe1\x80\x41"sv, "\xed\xa0\x80"sv, "\xed\xbf\xbf"sv, "\xf0\x8f\xbf\xbf"sv,
        "\xf1\x80\x80"sv, "\xf4\x90\x80\x80"sv, "\xf5\x80\x80\x80"sv, "\xfe"sv, "\xff"sv}) {
    EXPECT_FALSE(IsUtf8(text));
    EXPECT_FALSE(IsUtf8("a" + std::string(text) + "b"));
  }
}

TEST(Utf8Test, LengthIsThatOfTheFirstCharacter) {
  EXPECT_EQ(Utf8Length("ab"), 1u);
  EXPECT_EQ(Utf8Length("\0"sv), 1u);
  EXPECT_EQ(Utf8Length("\xc3\xa9z"), 2u);
  EXPECT_EQ(Utf8Length("\xe2\x82\xac"), 3u);
  EXPECT_EQ(Utf8Length("\xf0\x9f\x98\x80\xff"), 4u);
  EXPECT_EQ(Utf8Length("\xc3"), 0u);
  EXPECT_EQ(Utf8Length("\xff"), 0u);
}

// Eight bytes of ASCII are stepped over at once.
TEST(Utf8Test, FindsAMalformedByteAtAnyPlace) {
  for (size_t at = 0; at < 40; ++at) {
    std::string text(40, 'a');
    text[at] = '\x80';
    EXPECT_FALSE(IsUtf8(text)) << at;
    text.replace(at, 1, "\xc3\xa9");
    EXPECT_TRUE(IsUtf8(text)) << at;
  }
}

TEST(Utf8Test, StartNeverCutsACharacter) {
  const std::string_view text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
  for (size_t size = 0; size <= text.size() + 2; ++size) {
    const std::string_view start = Utf8Start(text, size);
    EXPECT_TRUE(IsUtf8(start));
    EXPECT_LE(start.size(), size);
    EXPECT_LE(std::min(size, text.size()), start.size() + 3);
  }
  EXPECT_EQ(Utf8Start(text, text.size()), text);
}

// It went back over all that look like the inside of a character.
TEST(Utf8Test, StartKeepsMalformedBytes) {
  for (const std::string_view piece :
       {"\x80"sv, "\xff"sv, "\xc3"sv, "\xf0\x9f\x98"sv, "\xe2\x82\xff"sv, "\xed\xa0\x80"sv,
        "\xc3\xa9\x80"sv, "\xf4\x90\x80\x80"sv}) {
    std::string text = "ab";
    for (int i = 0; i < 100; ++i) text += piece;
    for (size_t size = 2; size < text.size(); ++size) {
      const std::string_view start = Utf8Start(text, size);
      const bool cuts = piece == "\xc3\xa9\x80"sv && size % 3 == 0;
      EXPECT_EQ(start, text.substr(0, cuts ? size - 1 : size)) << size;
    }
  }
}

}  // namespace
}  // namespace mailroom
