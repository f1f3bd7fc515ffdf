// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/field_name.h"

#include <string>

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

// Every byte against every byte, at every place of a name of any size.
TEST(FieldNameTest, OnlyCapitalsEqualAnotherByte) {
  for (int known = 0; known < 256; ++known) {
    if (known >= 'A' && known <= 'Z') continue;
    for (int sent = 0; sent < 256; ++sent) {
      const bool capital = sent >= 'A' && sent <= 'Z';
      const bool same = (capital ? sent + 'a' - 'A' : sent) == known;
      for (const size_t at : {0u, 7u, 8u, 10u}) {
        std::string name(11, 'x');
        std::string lower(11, 'x');
        name[at] = static_cast<char>(sent);
        lower[at] = static_cast<char>(known);
        ASSERT_EQ(NameIs(name, lower), same) << sent << " " << known << " " << at;
      }
    }
  }
}

TEST(FieldNameTest, EverySizeIsComparedToItsEnd) {
  const std::string lower = "connect-protocol-version";
  const std::string name = "Connect-PROTOCOL-version";
  for (size_t size = 0; size <= lower.size(); ++size) {
    EXPECT_TRUE(NameIs(name.substr(0, size), lower.substr(0, size))) << size;
    EXPECT_FALSE(NameIs(name.substr(0, size), lower.substr(0, size) + "x")) << size;
    EXPECT_TRUE(NameStartsWith(name, lower.substr(0, size))) << size;
    if (size == 0) continue;
    std::string other = name.substr(0, size);
    other.back() = '*';
    EXPECT_FALSE(NameIs(other, lower.substr(0, size))) << size;
  }
  EXPECT_FALSE(NameStartsWith("connect", "connect-"));
}

}  // namespace
}  // namespace mailroom::rpc
