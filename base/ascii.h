// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// ASCII text without regard to the case of its letters, and whether it is
// printable: what every protocol of the house asks of names and values, some
// twenty times a request, so it works on eight bytes at a time. Any thread.
namespace mailroom {

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

template <class Word>
uint64_t LoadWord(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// The last bytes of a text that has `size` < 8 left, or a text of that size: each
// of them at least once, at places that depend on the size alone.
inline uint64_t LoadRest(const char* from, size_t size) {
  if (size >= 4) {
    return LoadWord<uint32_t>(from) | LoadWord<uint32_t>(from + size - 4) << 32;
  }
  if (size == 0) return 0;
  // One, two or three bytes: the first, the middle one, the last.
  return LoadWord<uint8_t>(from) | LoadWord<uint8_t>(from + size / 2) << 8 |
         LoadWord<uint8_t>(from + size - 1) << 16;
}

// Puts the ASCII letters of these bytes in lower case, where they are.
inline void LowerInPlace(char* text, size_t size) {
  const auto lower_eight = [](char* at) {
    const uint64_t lowered = LowerEight(LoadWord<uint64_t>(at));
    std::memcpy(at, &lowered, sizeof lowered);
  };
  if (size >= 8) {
    for (size_t at = 0; at + 8 < size; at += 8) lower_eight(text + at);
    lower_eight(text + size - 8);  // some of them once more, which changes nothing
    return;
  }
  for (size_t at = 0; at < size; ++at) {
    if (text[at] >= 'A' && text[at] <= 'Z') text[at] = static_cast<char>(text[at] + ('a' - 'A'));
  }
}

// True when they differ in nothing but the case of ASCII letters, as field names
// and tokens are compared (RFC 9110 s5.1).
inline bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  size_t at = 0;
  for (; at + 8 <= a.size(); at += 8) {
    if (LowerEight(LoadWord<uint64_t>(a.data() + at)) !=
        LowerEight(LoadWord<uint64_t>(b.data() + at))) {
      return false;
    }
  }
  const size_t rest = a.size() - at;
  return LowerEight(LoadRest(a.data() + at, rest)) == LowerEight(LoadRest(b.data() + at, rest));
}

// True when `name` begins with `prefix` in any case.
inline bool StartsWithIgnoreCase(std::string_view name, std::string_view prefix) {
  return EqualsIgnoreCase(name.substr(0, prefix.size()), prefix);
}

// True when all of these eight bytes are from ' ' to '~'.
inline bool AreEightPrintable(uint64_t bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  // The top bit of a byte shows: it had one; it is below ' '; it is above '~'.
  const uint64_t below = (bytes | 0x80 * kOnes) - ' ' * kOnes;
  const uint64_t above = (bytes & 0x7F * kOnes) + kOnes;
  return ((bytes | ~below | above) & 0x80 * kOnes) == 0;
}

// True when every byte is a printable one of ASCII: ' ' to '~'.
inline bool IsPrintable(std::string_view text) {
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    if (!AreEightPrintable(LoadWord<uint64_t>(text.data() + at))) return false;
  }
  for (; at < text.size(); ++at) {
    if (text[at] < ' ' || text[at] > '~') return false;
  }
  return true;
}

}  // namespace mailroom
