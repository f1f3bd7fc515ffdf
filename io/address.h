// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mailroom/base/status.h"

// Address: HOST:PORT of a TCP end, IPv4 or IPv6, numeric; or a Unix socket's peer.
//
// A value without pointers into anything. Names are never looked up (that would
// block): "localhost" is taken as 127.0.0.1. IPv6 is written in brackets, with
// a numeric scope where it has one: "[fe80::1%2]:80". An IPv4 peer of a
// dual-stack listener ("::ffff:10.0.0.1") is an IPv4 address here.
// The peer of a Unix socket has no address: what the kernel knows of it, user and
// process, stands for it ("unix:1000/4242"). A default Address is nobody's: "-".
namespace mailroom::io {

class Address final {
 public:
  // The room ToNative() wants: the platform's sockaddr_in6.
  static constexpr size_t kMaxNative = 28;

  // "127.0.0.1:8080", "[::1]:0", "localhost:8080", ":8080" (all IPv4
  // interfaces; "[::]:8080" takes IPv6 and IPv4). invalid_argument says what is
  // wrong with the text.
  static Result<Address> Parse(std::string_view text);

  // From and to the platform's sockaddr, opaque here. No address, and a Unix
  // socket's peer, give size 0.
  static Address FromNative(const void* sockaddr, size_t size);
  size_t ToNative(void* sockaddr) const;

  // Who was at the other end of a Unix socket when it connected.
  static Address UnixPeer(uint32_t user, uint32_t process);

  Address() = default;
  std::string ToString() const;
  uint16_t port() const { return port_; }
  bool is_ipv4() const { return family_ == Family::kIpv4; }
  bool is_ipv6() const { return family_ == Family::kIpv6; }
  bool is_unix() const { return family_ == Family::kUnix; }
  friend bool operator==(const Address&, const Address&) = default;

 private:
  enum class Family : uint8_t { kNone, kIpv4, kIpv6, kUnix };

  // Network order; IPv4 uses the first four. kUnix: user, then process, native order.
  std::array<uint8_t, 16> bytes_ = {};
  uint32_t scope_ = 0;  // IPv6 interface index
  uint16_t port_ = 0;
  Family family_ = Family::kNone;
};

}  // namespace mailroom::io
