// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/request_target.h"

#include <gtest/gtest.h>

namespace mailroom::http {
namespace {

TEST(RequestTargetTest, PartsAreViewsIntoTheTarget) {
  const std::string_view target = "http://u.example:80/a/b?c=d";
  TargetParts parts;
  ASSERT_EQ(SplitTarget("GET", target, &parts), Fault::kNone);
  EXPECT_EQ(parts.authority, "u.example:80");
  EXPECT_EQ(parts.path, "/a/b");
  EXPECT_EQ(parts.query, "c=d");
  EXPECT_EQ(parts.path.data(), target.data() + 19);
}

TEST(RequestTargetTest, OriginFormHasNoAuthority) {
  TargetParts parts;
  ASSERT_EQ(SplitTarget("GET", "/a", &parts), Fault::kNone);
  EXPECT_EQ(parts.authority, "");
  EXPECT_EQ(parts.query, "");
}

TEST(RequestTargetTest, ASchemeInTheMiddleIsAPath) {
  TargetParts parts;
  ASSERT_EQ(SplitTarget("GET", "/x?http://y/z", &parts), Fault::kNone);
  EXPECT_EQ(parts.path, "/x");
  EXPECT_EQ(parts.query, "http://y/z");
}

TEST(RequestTargetTest, ShortAndEmptyTargets) {
  TargetParts parts;
  for (const std::string_view target : {"", "h", "http:/", "http:", "://", "?", "*"}) {
    EXPECT_EQ(SplitTarget("GET", target, &parts), Fault::kTarget) << target;
  }
}

TEST(HostTest, Valid) {
  for (const std::string_view host :
       {"", "a", "A-1.example", "127.0.0.1:8080", "a:", ":80", "[::1]",
        "[::1]:", "[::ffff:1.2.3.4]:1", "[v1.x:y]", "a%2Db", "!$&'()*+,;=~_"}) {
    EXPECT_TRUE(IsValidHost(host)) << host;
  }
}

TEST(HostTest, NotValid) {
  for (const std::string_view host :
       {"a b", "a/b", "a?b",  "a#b",    "u@a",     "a:b",   "a:1:2",  "::1",
        "[",   "[]",  "[::1", "[::1]x", "[::1]:x", "[a@b]", "a[::1]", "%",
        "%4",  "%4g", "a\\b", "\"a\"",  "a\x7f",   "\xff"}) {
    EXPECT_FALSE(IsValidHost(host)) << host;
  }
}

}  // namespace
}  // namespace mailroom::http
