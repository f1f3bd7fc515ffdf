// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace mailroom::io {
namespace {

static_assert(Address::kMaxNative == sizeof(sockaddr_in6));

// ::ffff:0:0/96, IPv4 as a dual-stack socket shows it (RFC 4291 s2.5.5.2).
constexpr uint8_t kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

Status BadAddress(std::string_view text, std::string_view why) {
  return InvalidArgument("address \"" + std::string(text) + "\": " + std::string(why));
}

template <class N>
std::optional<N> ParseNumber(std::string_view digits) {
  N number = 0;
  const char* end = digits.data() + digits.size();
  const std::from_chars_result result = std::from_chars(digits.data(), end, number);
  if (digits.empty() || result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

Result<Address> Address::Parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return BadAddress(text, "want HOST:PORT");
  const std::optional<uint16_t> port = ParseNumber<uint16_t>(text.substr(colon + 1));
  if (!port) return BadAddress(text, "the port must be a number from 0 to 65535");

  Address address;
  address.port_ = *port;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    address.family_ = Family::kIpv6;
    const size_t percent = host.find('%');
    if (percent != std::string_view::npos) {
      const std::optional<uint32_t> scope = ParseNumber<uint32_t>(host.substr(percent + 1));
      if (!scope) return BadAddress(text, "the scope must be the number of an interface");
      address.scope_ = *scope;
      host = host.substr(0, percent);
    }
    if (inet_pton(AF_INET6, std::string(host).c_str(), address.bytes_.data()) == 1) return address;
    return BadAddress(text, "what stands in the brackets is not an IPv6 address");
  }
  if (host.find(':') != std::string_view::npos) {
    return BadAddress(text, "an IPv6 address must stand in brackets, as in [::1]:8080");
  }
  address.family_ = Family::kIpv4;
  if (host.empty()) host = "0.0.0.0";
  if (host == "localhost") host = "127.0.0.1";
  if (inet_pton(AF_INET, std::string(host).c_str(), address.bytes_.data()) == 1) return address;
  return BadAddress(text, "the host must be numeric (names are not looked up)");
}

Address Address::FromNative(const void* sockaddr, size_t size) {
  Address address;
  sa_family_t family = AF_UNSPEC;
  if (size >= offsetof(struct sockaddr, sa_family) + sizeof(family)) {
    family = static_cast<const struct sockaddr*>(sockaddr)->sa_family;
  }
  if (family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in in;
    std::memcpy(&in, sockaddr, sizeof(in));
    address.family_ = Family::kIpv4;
    address.port_ = ntohs(in.sin_port);
    std::memcpy(address.bytes_.data(), &in.sin_addr, sizeof(in.sin_addr));
  } else if (family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in;
    std::memcpy(&in, sockaddr, sizeof(in));
    const uint8_t* bytes = in.sin6_addr.s6_addr;
    address.port_ = ntohs(in.sin6_port);
    if (std::equal(std::begin(kMappedPrefix), std::end(kMappedPrefix), bytes)) {
      address.family_ = Family::kIpv4;
      std::copy(bytes + 12, bytes + 16, address.bytes_.begin());
    } else {
      address.family_ = Family::kIpv6;
      address.scope_ = in.sin6_scope_id;
      std::copy(bytes, bytes + 16, address.bytes_.begin());
    }
  }
  return address;
}

Address Address::UnixPeer(uint32_t user, uint32_t process) {
  Address address;
  address.family_ = Family::kUnix;
  std::memcpy(address.bytes_.data(), &user, sizeof(user));
  std::memcpy(address.bytes_.data() + sizeof(user), &process, sizeof(process));
  return address;
}

size_t Address::ToNative(void* sockaddr) const {
  if (family_ == Family::kIpv4) {
    sockaddr_in in = {};
    in.sin_family = AF_INET;
    in.sin_port = htons(port_);
    std::memcpy(&in.sin_addr, bytes_.data(), sizeof(in.sin_addr));
    std::memcpy(sockaddr, &in, sizeof(in));
    return sizeof(in);
  }
  if (family_ == Family::kIpv6) {
    sockaddr_in6 in = {};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port_);
    in.sin6_scope_id = scope_;
    std::memcpy(&in.sin6_addr, bytes_.data(), sizeof(in.sin6_addr));
    std::memcpy(sockaddr, &in, sizeof(in));
    return sizeof(in);
  }
  return 0;
}

std::string Address::ToString() const {
  if (family_ == Family::kNone) return "-";
  if (family_ == Family::kUnix) {
    uint32_t user = 0;
    uint32_t process = 0;
    std::memcpy(&user, bytes_.data(), sizeof(user));
    std::memcpy(&process, bytes_.data() + sizeof(user), sizeof(process));
    return "unix:" + std::to_string(user) + "/" + std::to_string(process);
  }
  char host[INET6_ADDRSTRLEN];
  inet_ntop(is_ipv4() ? AF_INET : AF_INET6, bytes_.data(), host, sizeof(host));
  const std::string port = ":" + std::to_string(port_);
  if (is_ipv4()) return host + port;
  const std::string scope = scope_ == 0 ? "" : "%" + std::to_string(scope_);
  return "[" + std::string(host) + scope + "]" + port;
}

}  // namespace mailroom::io
