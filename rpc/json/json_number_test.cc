// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_number.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

TEST(JsonNumberTest, WritesTheShorterForm) {
  const auto written = [](double value) {
    char text[kMaxDouble];
    return std::string(text, WriteDouble(value, text));
  };
  EXPECT_EQ(written(0.1), "0.1");
  EXPECT_EQ(written(1e21), "1e+21");
  EXPECT_EQ(written(-0.0), "-0");
  EXPECT_EQ(written(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(written(-2.2250738585072014e-308).size(), 24u);
}

TEST(JsonNumberTest, ParsesWholeNumbersInTheirOnlyForm) {
  int64_t value = 0;
  EXPECT_TRUE(ParseInteger("-9223372036854775808", &value));
  EXPECT_EQ(value, std::numeric_limits<int64_t>::min());
  for (const char* text : {"", "-", "-0", "007", "+1", " 1", "1 ", "9223372036854775808", "1.0"}) {
    EXPECT_FALSE(ParseInteger(text, &value)) << text;
  }
  EXPECT_TRUE(ParseWholeDouble("1e3", &value));
  EXPECT_EQ(value, 1000);
  EXPECT_TRUE(ParseWholeDouble("9007199254740992.0", &value)) << "2^53, the last";
  EXPECT_EQ(value, int64_t{1} << 53);
  for (const char* text : {"1.5", "-0.0", "1e300", "1e999", "9007199254740994.0"}) {
    EXPECT_FALSE(ParseWholeDouble(text, &value)) << text;
  }
}

}  // namespace
}  // namespace mailroom::rpc
