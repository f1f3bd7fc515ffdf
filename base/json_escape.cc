// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/json_escape.h"

#include <cstddef>
#include <cstdint>

namespace mailroom {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// The length of the well-formed sequence of two to four bytes that `text` begins
// with, or 0 (Unicode 15, table 3-7: no overlong forms, no surrogates).
size_t MultibyteLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;
  if (lead == 0xED && byte(1) > 0x9F) return 0;
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  if (lead == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

void AppendAscii(char c, std::string* out) {
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      break;
  }
  const auto code = static_cast<uint8_t>(c);
  if (code >= 0x20 && code != 0x7F) {
    out->push_back(c);
    return;
  }
  out->append("\\u00");
  out->push_back(kHexDigits[code >> 4]);
  out->push_back(kHexDigits[code & 0xF]);
}

}  // namespace

void AppendJsonEscaped(std::string_view text, std::string* out) {
  while (!text.empty()) {
    const bool ascii = static_cast<uint8_t>(text.front()) < 0x80;
    const size_t length = ascii ? 1 : MultibyteLength(text);
    if (ascii) {
      AppendAscii(text.front(), out);
    } else if (length > 0) {
      out->append(text.substr(0, length));
    } else {
      out->append("\\ufffd");
    }
    text.remove_prefix(length > 0 ? length : 1);
  }
}

}  // namespace mailroom
