// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/media_type.h"

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

TEST(MediaTypeTest, SplitsNameAndParameters) {
  const MediaType plain = ParseMediaType("application/json");
  EXPECT_EQ(plain.name, "application/json");
  EXPECT_EQ(plain.parameters, "");
  const MediaType with = ParseMediaType(" application/json \t; charset=utf-8; a=b");
  EXPECT_EQ(with.name, "application/json");
  EXPECT_TRUE(CharsetIsUtf8(with.parameters));
  const MediaType quoted = ParseMediaType("application/json; x=\"a;b\"; charset=latin1");
  EXPECT_EQ(quoted.name, "application/json");
  EXPECT_EQ(quoted.parameters, " x=\"a;b\"; charset=latin1");
  EXPECT_EQ(ParseMediaType("").name, "");
  EXPECT_EQ(ParseMediaType(";").name, "");
}

TEST(MediaTypeTest, CharsetMustBeUtf8) {
  for (const char* good :
       {"", ";", " ; ", "charset=utf-8", "CHARSET=UTF-8", "charset=\"utf-8\"", "charset=utf8",
        "x=y", "x=\"y\"; charset=utf-8", " charset=utf-8 ;", "x=\"a;b\"; charset=utf-8",
        "x=\"; charset=latin1\"", "x=\"\\\";\"", "x=\"\"; charset=\"UTF-8\""}) {
    EXPECT_TRUE(CharsetIsUtf8(good)) << good;
  }
  for (const char* bad :
       {"charset=latin1", "charset=utf-16", "charset=", "charset=\"", "charset=\"\"", "charset",
        "charset=utf-8; charset=utf-16", "charset = latin1", "x", "x=\"a;b\"; charset=latin1",
        "x=\"; charset=utf-8", "x=\"a\"b; charset=utf-8", "x=a\"b\"", "x=\"a\\\"; charset=utf-8",
        "charset=\"utf-8", "charset=utf-8\""}) {
    EXPECT_FALSE(CharsetIsUtf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace mailroom::rpc
