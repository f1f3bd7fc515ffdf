// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/address.h"

#include <sys/socket.h>

#include <cstring>
#include <string>

#include <gtest/gtest.h>

namespace mailroom::io {
namespace {

TEST(AddressTest, ReadsAndWritesTheSameText) {
  for (const char* text : {"127.0.0.1:8080", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:80",
                           "[2001:db8::5]:443", "[fe80::1%3]:9"}) {
    const Result<Address> address = Address::Parse(text);
    ASSERT_TRUE(address.ok()) << text << ": " << address.status().ToString();
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(AddressTest, ShortForms) {
  EXPECT_EQ(Address::Parse("localhost:1")->ToString(), "127.0.0.1:1");
  EXPECT_EQ(Address::Parse(":8080")->ToString(), "0.0.0.0:8080");
  EXPECT_EQ(Address::Parse("[0:0:0:0:0:0:0:1]:1")->ToString(), "[::1]:1");
  EXPECT_EQ(Address().ToString(), "-");
}

TEST(AddressTest, Accessors) {
  const Address four = *Address::Parse("10.0.0.1:77");
  EXPECT_EQ(four.port(), 77);
  EXPECT_TRUE(four.is_ipv4());
  EXPECT_FALSE(four.is_ipv6());
  EXPECT_TRUE(Address::Parse("[::]:1")->is_ipv6());
  EXPECT_FALSE(Address().is_ipv4());
}

struct BadCase {
  const char* text;
  const char* says;
};

TEST(AddressTest, SaysWhatIsWrong) {
  for (const BadCase& bad : {BadCase{"", "HOST:PORT"},
                             {"127.0.0.1", "HOST:PORT"},
                             {"127.0.0.1:", "port"},
                             {"127.0.0.1:http", "port"},
                             {"127.0.0.1:65536", "port"},
                             {"127.0.0.1:-1", "port"},
                             {"127.0.0.1: 80", "port"},
                             {"::1:80", "brackets"},
                             {"[::1:80", "brackets"},
                             {"[::g]:80", "not an IPv6"},
                             {"[127.0.0.1]:80", "not an IPv6"},
                             {"[fe80::1%eth0]:80", "scope"},
                             {"example.com:80", "not looked up"},
                             {"127.1:80", "numeric"},
                             {"1.2.3.4.5:80", "numeric"}}) {
    const Result<Address> address = Address::Parse(bad.text);
    ASSERT_FALSE(address.ok()) << bad.text;
    EXPECT_EQ(address.status().code(), Code::kInvalidArgument);
    EXPECT_NE(address.status().message().find(bad.says), std::string_view::npos)
        << address.status().message();
  }
}

TEST(AddressTest, GoesThroughTheNativeForm) {
  for (const char* text : {"127.0.0.1:8080", "[2001:db8::5]:443", "[fe80::1%3]:9"}) {
    const Address address = *Address::Parse(text);
    unsigned char native[Address::kMaxNative];
    const size_t size = address.ToNative(native);
    EXPECT_EQ(Address::FromNative(native, size), address);
    EXPECT_EQ(Address::FromNative(native, size - 1), Address());  // cut: no address
  }
  EXPECT_EQ(Address().ToNative(nullptr), 0u);
  EXPECT_EQ(Address::FromNative(nullptr, 0), Address());
  sockaddr unix = {};
  unix.sa_family = AF_UNIX;
  EXPECT_EQ(Address::FromNative(&unix, sizeof(unix)), Address());
}

TEST(AddressTest, Ipv4OnADualStackSocketIsIpv4) {
  const Address mapped = *Address::Parse("[::ffff:10.1.2.3]:5");
  unsigned char native[Address::kMaxNative];
  const size_t size = mapped.ToNative(native);
  EXPECT_EQ(Address::FromNative(native, size).ToString(), "10.1.2.3:5");
}

}  // namespace
}  // namespace mailroom::io
