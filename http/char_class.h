// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// Which bytes may stand where in an HTTP message, one table for all. Private.
namespace mailroom::http {

enum CharClass : uint8_t {
  kTokenChar = 1,   // RFC 9110 s5.6.2: methods, field names
  kTargetChar = 2,  // VCHAR without '#': what may stand in a request target
  kHostChar = 4,    // RFC 3986 s3.2.2: unreserved and sub-delims
  kHexChar = 8,
  kDigitChar = 16,
  kTextChar = 32,  // RFC 9110 s5.5: HTAB, SP, VCHAR, obs-text
};

constexpr std::array<uint8_t, 256> MakeCharClasses() {
  std::array<uint8_t, 256> classes{};
  const auto add = [&classes](std::string_view chars, CharClass c) {
    for (const char ch : chars) {
      auto& entry = classes[static_cast<uint8_t>(ch)];
      entry = static_cast<uint8_t>(entry | c);
    }
  };
  for (size_t i = 0; i < 256; ++i) {
    if (i == '\t' || (i >= ' ' && i != 0x7f)) classes[i] = kTextChar;
    if (i > ' ' && i < 0x7f && i != '#') classes[i] = kTextChar | kTargetChar;
  }
  const std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const std::string_view digits = "0123456789";
  for (const CharClass c : {kTokenChar, kHostChar}) {
    add(letters, c);
    add(digits, c);
  }
  add("!#$%&'*+-.^_`|~", kTokenChar);
  add("-._~!$&'()*+,;=", kHostChar);
  add(digits, kDigitChar);
  add(digits, kHexChar);
  add("abcdefABCDEF", kHexChar);
  return classes;
}

inline constexpr std::array<uint8_t, 256> kCharClasses = MakeCharClasses();

constexpr bool Is(CharClass c, char ch) {
  return (kCharClasses[static_cast<uint8_t>(ch)] & c) != 0;
}

// True when every byte of `text` is of that class (also when there is none).
constexpr bool AllAre(CharClass c, std::string_view text) {
  uint8_t common = c;
  for (const char ch : text)
    common = static_cast<uint8_t>(common & kCharClasses[static_cast<uint8_t>(ch)]);
  return common != 0;
}

constexpr bool IsToken(std::string_view text) { return !text.empty() && AllAre(kTokenChar, text); }

}  // namespace mailroom::http
