// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_scanner.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "mailroom/base/utf8.h"

namespace mailroom::rpc {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighBits = 0x8080808080808080;

// The high bit of each byte of `word` that is `c`; above the first of them also of
// others.
constexpr uint64_t FindByte(uint64_t word, char c) {
  const uint64_t diff = word ^ (kOnes * static_cast<uint8_t>(c));
  return (diff - kOnes) & ~diff & kHighBits;
}

// The first quote or backslash, or `end`; *high gets bits when there is more than
// ASCII on the way (or shortly behind).
const char* FindStringMark(const char* at, const char* end, uint64_t* high) {
  if constexpr (std::endian::native == std::endian::little) {
    for (uint64_t word = 0; static_cast<size_t>(end - at) >= sizeof(word); at += sizeof(word)) {
      std::memcpy(&word, at, sizeof(word));
      *high |= word & kHighBits;
      const uint64_t marks = FindByte(word, '"') | FindByte(word, '\\');
      if (marks != 0) return at + std::countr_zero(marks) / 8;
    }
  }
  for (; at != end && *at != '"' && *at != '\\'; ++at) *high |= static_cast<uint8_t>(*at) & 0x80;
  return at;
}

}  // namespace

bool JsonScanner::TakeWord(std::string_view word) {
  if (!std::string_view(at_, remaining()).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

bool JsonScanner::TakeString(JsonString* string) {
  if (!Take('"')) return false;
  const char* const begin = at_;
  uint64_t high = 0;
  string->escaped = false;
  while (true) {
    at_ = FindStringMark(at_, end_, &high);
    if (at_ == end_) return false;
    if (*at_ == '"') break;
    if (remaining() < 2) return false;
    string->escaped = true;
    at_ += 2;  // whatever it is, it ends nothing
  }
  string->raw = std::string_view(begin, static_cast<size_t>(at_ - begin));
  ++at_;
  return high == 0 || IsUtf8(string->raw);
}

bool JsonScanner::TakeDigits() {
  const char* const begin = at_;
  while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
  return at_ != begin;
}

bool JsonScanner::TakeNumber(JsonNumber* number) {
  const char* const begin = at_;
  number->integer = true;
  Take('-');
  if (!Take('0') && !TakeDigits()) return false;
  if (Take('.')) {
    number->integer = false;
    if (!TakeDigits()) return false;
  }
  if (Take('e') || Take('E')) {
    number->integer = false;
    if (!Take('+')) Take('-');
    if (!TakeDigits()) return false;
  }
  number->text = std::string_view(begin, static_cast<size_t>(at_ - begin));
  return true;
}

}  // namespace mailroom::rpc
