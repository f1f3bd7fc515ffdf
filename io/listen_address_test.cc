// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/listen_address.h"

#include <string>

#include <gtest/gtest.h>

namespace mailroom::io {
namespace {

TEST(ListenAddressTest, PrintsWhatItReads) {
  for (const char* text : {"127.0.0.1:8080", "[::1]:0", "unix:/run/a.sock", "unix:relative",
                           "unix:@name", "fd:3", "fd:0"}) {
    const Result<ListenAddress> where = ListenAddress::Parse(text);
    ASSERT_TRUE(where.ok()) << where.status().ToString();
    EXPECT_EQ(where->ToString(), text);
  }
  EXPECT_EQ(ListenAddress::Parse("localhost:1")->ToString(), "127.0.0.1:1");
}

TEST(ListenAddressTest, TellsTheKindsApart) {
  EXPECT_EQ(ListenAddress::Parse("127.0.0.1:80")->kind(), ListenAddress::Kind::kTcp);
  EXPECT_EQ(ListenAddress::Parse("127.0.0.1:80")->address().port(), 80);
  EXPECT_EQ(ListenAddress::Parse("unix:/a")->kind(), ListenAddress::Kind::kUnix);
  EXPECT_EQ(ListenAddress::Parse("unix:/a")->path(), "/a");
  EXPECT_EQ(ListenAddress::Parse("fd:7")->kind(), ListenAddress::Kind::kDescriptor);
  EXPECT_EQ(ListenAddress::Parse("fd:7")->descriptor(), 7);
}

TEST(ListenAddressTest, ThePathMayBeAsLongAsTheKernelTakes) {
  EXPECT_TRUE(ListenAddress::Parse("unix:" + std::string(107, 'a')).ok());
  const Result<ListenAddress> longer = ListenAddress::Parse("unix:" + std::string(108, 'a'));
  ASSERT_FALSE(longer.ok());
  EXPECT_NE(longer.status().message().find("108 bytes, the kernel takes 107"),
            std::string_view::npos)
      << longer.status().message();
}

struct BadCase {
  std::string text;
  const char* says;
};

TEST(ListenAddressTest, SaysWhatIsWrong) {
  for (const BadCase& bad : {BadCase{"", "HOST:PORT"},
                             {"unix:", "a path must follow"},
                             {"unix:@", "a path must follow"},
                             {std::string("unix:a\0b", 8), "zero byte"},
                             {"fd:", "number of a descriptor"},
                             {"fd:-1", "number of a descriptor"},
                             {"fd:3x", "number of a descriptor"},
                             {"fd:99999999999", "number of a descriptor"},
                             {"/run/a.sock", "HOST:PORT"}}) {
    const Result<ListenAddress> where = ListenAddress::Parse(bad.text);
    ASSERT_FALSE(where.ok()) << bad.text;
    EXPECT_EQ(where.status().code(), Code::kInvalidArgument);
    EXPECT_NE(where.status().message().find(bad.says), std::string_view::npos)
        << where.status().message();
  }
}

}  // namespace
}  // namespace mailroom::io
