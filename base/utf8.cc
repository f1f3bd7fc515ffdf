// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/utf8.h"

#include <cstdint>
#include <cstring>

namespace mailroom {
namespace {

// The bytes of a character, at most.
constexpr size_t kLongest = 4;

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// The size of a start of `text` that is ASCII: all of it, or eight bytes at a time.
size_t AsciiSize(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  size_t size = 0;
  for (uint64_t word = 0; text.size() - size >= sizeof(word); size += sizeof(word)) {
    std::memcpy(&word, text.data() + size, sizeof(word));
    if ((word & kHighBits) != 0) break;
  }
  return size;
}

}  // namespace

size_t Utf8Length(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (const char c : text.substr(1, length - 1)) {
    if (!IsContinuation(c)) return 0;
  }
  const auto second = static_cast<uint8_t>(text[1]);
  const bool low = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool high = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return low || high ? 0 : length;
}

bool IsUtf8(std::string_view text) {
  while (true) {
    text.remove_prefix(AsciiSize(text));
    if (text.empty()) return true;
    const size_t length = Utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
}

std::string_view Utf8Start(std::string_view text, size_t size) {
  if (text.size() <= size) return text;
  for (size_t back = 1; back < kLongest && back <= size; ++back) {
    const size_t start = size - back;
    if (IsContinuation(text[start])) continue;
    return text.substr(0, Utf8Length(text.substr(start)) > back ? start : size);
  }
  return text.substr(0, size);
}

}  // namespace mailroom
