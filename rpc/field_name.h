// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// Names of fields against known names: the hall asks this some twenty times a
// request, so it looks at eight bytes at a time. Private. Any thread.
namespace mailroom::rpc {

// Eight bytes with their ASCII capitals in lower case, all other bytes as they
// are: no byte carries into its neighbour, since each sum is of seven bits.
inline uint64_t LowerEight(uint64_t bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  const uint64_t seven_bits = bytes & (0x7F * kOnes);
  const uint64_t above_z = seven_bits + (0x7F - 'Z') * kOnes;
  const uint64_t from_a = seven_bits + (0x80 - 'A') * kOnes;
  const uint64_t capital = (from_a & ~above_z) & ~bytes & (0x80 * kOnes);
  return bytes | capital >> 2;
}

// Up to eight bytes, zeros behind them.
inline uint64_t LoadEight(const char* from, size_t size) {
  uint64_t bytes = 0;
  std::memcpy(&bytes, from, size);
  return bytes;
}

// True when `name` is `lower` in any case. REQUIRES: no capitals in `lower`.
inline bool NameIs(std::string_view name, std::string_view lower) {
  if (name.size() != lower.size()) return false;
  size_t at = 0;
  for (; at + 8 <= name.size(); at += 8) {
    if (LowerEight(LoadEight(name.data() + at, 8)) != LoadEight(lower.data() + at, 8)) return false;
  }
  const size_t rest = name.size() - at;
  return LowerEight(LoadEight(name.data() + at, rest)) == LoadEight(lower.data() + at, rest);
}

// True when `name` begins with `lower` in any case.
inline bool NameStartsWith(std::string_view name, std::string_view lower) {
  return NameIs(name.substr(0, lower.size()), lower);
}

}  // namespace mailroom::rpc
