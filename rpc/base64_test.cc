// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/base64.h"

#include <string>

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

struct Row {
  const char* bytes;
  const char* unpadded;
  const char* padded;
};

// RFC 4648 section 10.
constexpr Row kRows[] = {
    {"", "", ""},
    {"f", "Zg", "Zg=="},
    {"fo", "Zm8", "Zm8="},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg", "Zm9vYg=="},
    {"fooba", "Zm9vYmE", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
};

TEST(Base64Test, WritesWithoutPaddingAndReadsBoth) {
  for (const Row& row : kRows) {
    std::string text;
    AppendBase64(row.bytes, &text);
    EXPECT_EQ(text, row.unpadded);
    for (const char* form : {row.unpadded, row.padded}) {
      std::string bytes;
      EXPECT_TRUE(DecodeBase64(form, &bytes)) << form;
      EXPECT_EQ(bytes, row.bytes) << form;
    }
  }
}

TEST(Base64Test, SizeIsWhatIsWritten) {
  for (size_t size = 0; size < 100; ++size) {
    std::string text;
    AppendBase64(std::string(size, 'x'), &text);
    EXPECT_EQ(Base64Size(size), text.size()) << size;
  }
}

TEST(Base64Test, EveryByteSurvives) {
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  for (size_t skip = 0; skip < 3; ++skip) {
    std::string text = "=";
    AppendBase64(all.substr(skip), &text);
    std::string bytes = "-";
    ASSERT_TRUE(DecodeBase64(text.substr(1), &bytes));
    EXPECT_EQ(bytes, "-" + all.substr(skip));
  }
}

TEST(Base64Test, RefusesWhatIsNotBase64) {
  for (const char* text :
       {"Z", "Zm9vY", "=", "==", "===", "====", "Zg=", "Zg===", "Z===", "Zm=8",
        "Zm9v=", "Zm9v====", "Z g", "Zm9v\n", "Zm-_", "Zm9v\xff", "Zm8\xc3\xa9"}) {
    std::string bytes = "kept";
    EXPECT_FALSE(DecodeBase64(text, &bytes)) << text;
    EXPECT_EQ(bytes, "kept") << text;
  }
  std::string bytes;
  EXPECT_FALSE(DecodeBase64(std::string_view("Zm\0v", 4), &bytes));
}

}  // namespace
}  // namespace mailroom::rpc
