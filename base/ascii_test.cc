// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/ascii.h"

#include <string>

#include <gtest/gtest.h>

namespace mailroom {
namespace {

char Byte(int value) { return static_cast<char>(value); }

int Lower(int byte) { return byte >= 'A' && byte <= 'Z' ? byte + 'a' - 'A' : byte; }

// Every byte against every byte, at every place that is loaded in its own way.
TEST(AsciiTest, OnlyLettersOfTwoCasesEqualAnotherByte) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      for (const size_t at : {0u, 7u, 8u, 10u}) {
        std::string first(11, 'x');
        std::string second(11, 'x');
        first[at] = Byte(a);
        second[at] = Byte(b);
        ASSERT_EQ(EqualsIgnoreCase(first, second), Lower(a) == Lower(b)) << a << " " << b;
      }
    }
  }
}

TEST(AsciiTest, EveryPlaceOfEverySizeIsCompared) {
  const std::string name = "Connect-PROTOCOL-version";
  const std::string lower = "connect-protocol-version";
  for (size_t size = 0; size <= lower.size(); ++size) {
    EXPECT_TRUE(EqualsIgnoreCase(name.substr(0, size), lower.substr(0, size))) << size;
    EXPECT_FALSE(EqualsIgnoreCase(name.substr(0, size), lower.substr(0, size) + "x")) << size;
    EXPECT_TRUE(StartsWithIgnoreCase(name, lower.substr(0, size))) << size;
    for (size_t at = 0; at < size; ++at) {
      std::string other = name.substr(0, size);
      other[at] = '*';
      EXPECT_FALSE(EqualsIgnoreCase(other, lower.substr(0, size))) << size << " " << at;
    }
  }
  EXPECT_FALSE(StartsWithIgnoreCase("connect", "connect-"));
}

TEST(AsciiTest, PrintableIsFromSpaceToTildeAtEveryPlace) {
  for (int value = 0; value < 256; ++value) {
    const bool printable = value >= ' ' && value <= '~';
    for (size_t size = 1; size <= 17; ++size) {
      for (size_t at = 0; at < size; ++at) {
        std::string text(size, at % 2 == 0 ? ' ' : '~');
        text[at] = Byte(value);
        ASSERT_EQ(IsPrintable(text), printable) << value << " " << at << " of " << size;
      }
    }
  }
  EXPECT_TRUE(IsPrintable(""));
}

TEST(AsciiTest, EveryByteOfEverySizeIsLoweredAndNoneBeside) {
  for (size_t size = 0; size <= 40; ++size) {
    for (size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size + 2, 'Q');
        text[at + 1] = Byte(byte);
        LowerInPlace(text.data() + 1, size);
        std::string expected = "Q" + std::string(size, 'q') + "Q";
        expected[at + 1] = Byte(Lower(byte));
        ASSERT_EQ(text, expected) << size << " " << at << " " << byte;
      }
    }
  }
}

}  // namespace
}  // namespace mailroom
