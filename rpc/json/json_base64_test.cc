// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_base64.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

TEST(JsonBase64Test, ReadsBothAlphabetsButNoMixture) {
  const auto decoded = [](std::string_view text) {
    ScratchBuffer out;
    return DecodeJsonBase64(text, &out) ? std::string(out.view()) : "(bad)";
  };
  EXPECT_EQ(decoded("/+8="), "\xff\xef");
  EXPECT_EQ(decoded("_-8"), "\xff\xef");
  EXPECT_EQ(decoded("_-8="), "\xff\xef");
  for (const char* text : {"/-8=", "A", "AB==", "A===", "AA=", "A A=", "AA.="}) {
    EXPECT_EQ(decoded(text), "(bad)") << text;
  }
}

TEST(JsonBase64Test, WritesPadding) {
  const auto encoded = [](std::string_view bytes) {
    ScratchBuffer out;
    AppendJsonBase64(bytes, &out);
    return std::string(out.view());
  };
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("a"), "YQ==");
  EXPECT_EQ(encoded("ab"), "YWI=");
  EXPECT_EQ(encoded("abc\xff"), "YWJj/w==");
}

}  // namespace
}  // namespace mailroom::rpc
