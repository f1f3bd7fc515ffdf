// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "mailroom/base/utf8.h"

namespace mailroom::rpc {
namespace {

constexpr size_t kUnicodeEscape = 6;  // \uXXXX
constexpr std::string_view kHexDigits = "0123456789abcdef";

// The four digits of a \uXXXX that `text` begins with, or -1.
int32_t TakeUnicodeEscape(std::string_view text) {
  if (text.size() < kUnicodeEscape || text[0] != '\\' || text[1] != 'u') return -1;
  int32_t code = 0;
  for (const char c : text.substr(2, 4)) {
    const int32_t digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

// REQUIRES: code is no surrogate; four bytes are free.
char* WriteUtf8(uint32_t code, char* to) {
  if (code < 0x80) {
    *to++ = static_cast<char>(code);
    return to;
  }
  if (code < 0x800) {
    *to++ = static_cast<char>(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      *to++ = static_cast<char>(0xE0 | code >> 12);
    } else {
      *to++ = static_cast<char>(0xF0 | code >> 18);
      *to++ = static_cast<char>(0x80 | (code >> 12 & 0x3F));
    }
    *to++ = static_cast<char>(0x80 | (code >> 6 & 0x3F));
  }
  *to++ = static_cast<char>(0x80 | (code & 0x3F));
  return to;
}

// Takes a \uXXXX, or two that make a surrogate pair, off *raw. Null when they name
// no character.
char* UnescapeUnicode(std::string_view* raw, char* to) {
  const int32_t first = TakeUnicodeEscape(*raw);
  if (first < 0 || (first >= 0xDC00 && first <= 0xDFFF)) return nullptr;
  raw->remove_prefix(kUnicodeEscape);
  if (first < 0xD800 || first > 0xDBFF) return WriteUtf8(static_cast<uint32_t>(first), to);
  const int32_t second = TakeUnicodeEscape(*raw);
  if (second < 0xDC00 || second > 0xDFFF) return nullptr;
  raw->remove_prefix(kUnicodeEscape);
  const int32_t code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
  return WriteUtf8(static_cast<uint32_t>(code), to);
}

// What a backslash and `c` mean, 0 when nothing.
char UnescapeOne(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

constexpr std::array<bool, 256> MakePlainTable() {
  std::array<bool, 256> table{};
  for (size_t c = 0x20; c < 0x7F; ++c) table[c] = true;
  for (const char c : {'"', '\\', '<', '>'}) table[static_cast<uint8_t>(c)] = false;
  return table;
}

constexpr std::array<bool, 256> kPlain = MakePlainTable();

struct CodeRange {
  uint32_t first;
  uint32_t last;
};

// Characters beyond ASCII that are written as escapes: C1 controls, marks that
// nobody sees, separators that end a line in JavaScript. In order.
constexpr CodeRange kEscaped[] = {
    {0x80, 0x9F},     {0xAD, 0xAD},     {0x600, 0x603},     {0x6DD, 0x6DD},     {0x70F, 0x70F},
    {0x17B4, 0x17B5}, {0x200B, 0x200F}, {0x2028, 0x202E},   {0x2060, 0x2064},   {0x206A, 0x206F},
    {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0x1D173, 0x1D17A}, {0xE0001, 0xE0001}, {0xE0020, 0xE007F},
};

bool IsEscaped(uint32_t code) {
  const auto* const range =
      std::lower_bound(std::begin(kEscaped), std::end(kEscaped), code,
                       [](const CodeRange& r, uint32_t value) { return r.last < value; });
  return range != std::end(kEscaped) && range->first <= code;
}

char* WriteUnicodeEscape(uint32_t unit, char* to) {
  *to++ = '\\';
  *to++ = 'u';
  for (int shift = 12; shift >= 0; shift -= 4) *to++ = kHexDigits[unit >> shift & 0xF];
  return to;
}

// REQUIRES: 12 bytes are free.
char* WriteAsciiEscape(char c, char* to) {
  const auto write = [&to](char letter) {
    *to++ = '\\';
    *to++ = letter;
    return to;
  };
  switch (c) {
    case '"':
    case '\\':
      return write(c);
    case '\b':
      return write('b');
    case '\f':
      return write('f');
    case '\n':
      return write('n');
    case '\r':
      return write('r');
    case '\t':
      return write('t');
    default:
      return WriteUnicodeEscape(static_cast<uint8_t>(c), to);
  }
}

// One character of two to four bytes, as it is or escaped. REQUIRES: 12 bytes are
// free.
char* WriteMultibyte(std::string_view character, char* to) {
  uint32_t code = static_cast<uint8_t>(character[0]) & (0x7Fu >> character.size());
  for (const char c : character.substr(1)) code = code << 6 | (static_cast<uint8_t>(c) & 0x3F);
  if (!IsEscaped(code)) return std::copy(character.begin(), character.end(), to);
  if (code < 0x10000) return WriteUnicodeEscape(code, to);
  to = WriteUnicodeEscape(0xD800 + ((code - 0x10000) >> 10), to);
  return WriteUnicodeEscape(0xDC00 + ((code - 0x10000) & 0x3FF), to);
}

size_t PlainSize(std::string_view text) {
  size_t size = 0;
  while (size < text.size() && kPlain[static_cast<uint8_t>(text[size])]) ++size;
  return size;
}

}  // namespace

bool AppendUnescaped(std::string_view raw, ScratchBuffer* out) {
  char* to = out->Reserve(raw.size());  // no escape is shorter than what it means
  while (!raw.empty()) {
    if (raw.front() != '\\') {
      const size_t size = std::min(raw.find('\\'), raw.size());
      to = std::copy_n(raw.data(), size, to);
      raw.remove_prefix(size);
    } else if (raw[1] == 'u') {
      to = UnescapeUnicode(&raw, to);
      if (to == nullptr) return false;
    } else {
      *to = UnescapeOne(raw[1]);
      if (*to++ == 0) return false;
      raw.remove_prefix(2);
    }
  }
  out->EndAt(to);
  return true;
}

bool AppendEscaped(std::string_view text, ScratchBuffer* out) {
  constexpr size_t kLongest = 2 * kUnicodeEscape;
  while (true) {
    const size_t plain = PlainSize(text);
    char* to = out->Reserve(plain + kLongest);
    to = std::copy_n(text.data(), plain, to);
    text.remove_prefix(plain);
    if (text.empty()) {
      out->EndAt(to);
      return true;
    }
    const size_t length = Utf8Length(text);
    if (length == 0) return false;
    out->EndAt(length == 1 ? WriteAsciiEscape(text.front(), to)
                           : WriteMultibyte(text.substr(0, length), to));
    text.remove_prefix(length);
  }
}

}  // namespace mailroom::rpc
