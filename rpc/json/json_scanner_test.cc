// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_scanner.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

TEST(JsonScannerTest, FindsTheEndOfAStringAtEveryPlace) {
  for (size_t size = 0; size < 40; ++size) {
    for (const char* inside : {"", "\\\"", "\\\\", "\xc3\xa9"}) {
      const std::string raw = std::string(size, 'a') + inside + "b";
      const std::string json = "\"" + raw + "\"rest of it";
      JsonScanner scanner(json);
      JsonString string;
      ASSERT_TRUE(scanner.TakeString(&string));
      EXPECT_EQ(string.raw, raw);
      EXPECT_EQ(string.escaped, *inside == '\\');
      EXPECT_EQ(scanner.next(), 'r');
      for (size_t cut = 0; cut <= raw.size(); ++cut) {
        EXPECT_FALSE(JsonScanner(std::string_view(json).substr(0, cut + 1)).TakeString(&string));
      }
    }
    const std::string bad = "\"" + std::string(size, 'a') + "\xff\"        ";
    JsonString string;
    EXPECT_FALSE(JsonScanner(bad).TakeString(&string)) << size;
  }
}

TEST(JsonScannerTest, TakesNumbersToTheLetter) {
  JsonNumber number;
  for (const char* text : {"0", "-0", "10", "-1.5", "1e5", "1E+5", "0.1e-7"}) {
    JsonScanner scanner(text);
    EXPECT_TRUE(scanner.TakeNumber(&number) && scanner.at_end()) << text;
    EXPECT_EQ(number.text, text);
  }
  for (const char* text : {"", "-", "+1", ".5", "1.", "1e", "1e+", "01", "0x1", "--1", "1-"}) {
    JsonScanner scanner(text);
    EXPECT_FALSE(scanner.TakeNumber(&number) && scanner.at_end()) << text;
  }
}

}  // namespace
}  // namespace mailroom::rpc
