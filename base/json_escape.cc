// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/json_escape.h"

#include <cstddef>
#include <cstdint>

#include "mailroom/base/utf8.h"

namespace mailroom {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

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
    const size_t length = Utf8Length(text);
    if (length == 1) {
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
