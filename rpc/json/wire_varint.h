// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// The varints of protobuf's wire format, and the tags made of them. Private. Any
// thread.
namespace mailroom::rpc {

// Wire types that proto3 knows: the lower three bits of a tag.
enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

constexpr uint32_t MakeTag(uint32_t number, WireType type) {
  return number << 3 | static_cast<uint32_t>(type);
}

// The most bytes that a varint takes.
inline constexpr size_t kMaxVarint = 10;

// Writes at `to`, where kMaxVarint bytes are free; returns the end.
inline char* WriteVarint(uint64_t value, char* to) {
  while (value >= 0x80) {
    *to++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<char>(value);
  return to;
}

// The same in exactly `width` bytes, which readers take as well: for a length that
// is known only when its bytes have been written. REQUIRES: value < 2^(7 * width).
inline void WritePaddedVarint(uint64_t value, size_t width, char* to) {
  for (size_t i = 0; i + 1 < width; ++i) {
    *to++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *to = static_cast<char>(value);
}

// The bytes that a varint of at most `value` takes.
constexpr size_t VarintWidth(uint64_t value) {
  size_t width = 1;
  while (value >>= 7) ++width;
  return width;
}

}  // namespace mailroom::rpc
