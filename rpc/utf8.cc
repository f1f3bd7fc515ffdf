// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/utf8.h"

#include <cstdint>

namespace mailroom::rpc {
namespace {

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// The length of the sequence of two to four bytes that `text` begins with; 0
// when it is malformed: cut off, overlong, a surrogate, or above U+10FFFF.
size_t SequenceLength(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
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

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const bool ascii = static_cast<uint8_t>(text[0]) < 0x80;
    const size_t length = ascii ? 1 : SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view Utf8Start(std::string_view text, size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && IsContinuation(text[size])) --size;
  return text.substr(0, size);
}

}  // namespace mailroom::rpc
