// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/headers.h"

#include <string>

#include <gtest/gtest.h>

namespace mailroom::http {
namespace {

TEST(HeadersTest, FindTakesTheFirstOfThatNameInAnyCase) {
  Headers headers;
  headers.Add("Accept", "a");
  headers.Add("accept", "b");
  ASSERT_NE(headers.Find("ACCEPT"), nullptr);
  EXPECT_EQ(headers.Find("ACCEPT")->value, "a");
  EXPECT_EQ(headers.Find("accep"), nullptr);
  EXPECT_EQ(headers.Find(""), nullptr);
}

TEST(HeadersTest, FieldsKeepTheirOrder) {
  Headers headers;
  headers.Add("b", "1");
  headers.Add("a", "2");
  std::string names;
  for (const Field& field : headers) names += field.name;
  EXPECT_EQ(names, "ba");
}

TEST(HeadersTest, ClearEmpties) {
  Headers headers;
  headers.Add("a", "1");
  headers.Clear();
  EXPECT_EQ(headers.size(), 0u);
  EXPECT_EQ(headers.Find("a"), nullptr);
}

}  // namespace
}  // namespace mailroom::http
