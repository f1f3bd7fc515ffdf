// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

#include "mailroom/rpc/json/json_scanner.h"

// Numbers of a JSON text to C++ and back. Private. Any thread.
namespace mailroom::rpc {

// All of `text` as decimal digits behind an optional minus, without zeros in front
// and not "-0" (what that means depends on who asks). False also when T is too small.
template <class T>
bool ParseInteger(std::string_view text, T* value) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.starts_with('0') && text.size() > 1) return false;
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, *value);
  return error == std::errc() && parsed == end;
}

// A whole number written with a fraction or an exponent, as 7.0 or 1e3. False when
// it is no whole number or one that a double does not hold exactly.
bool ParseWholeDouble(std::string_view text, int64_t* value);

// The nearest double. False when `number` is beyond all of them, or so small that it
// would be 0.
bool ParseDouble(std::string_view number, double* value);

// As json_util rounds: a whole number of 64 bits once, any other by way of a double.
bool ParseFloat(const JsonNumber& number, float* value);

// The longest that AppendDouble and AppendFloat write.
inline constexpr size_t kMaxDouble = 32;

// Writes at `to` the shorter of the forms that json_util knows, of 15 or 17 (6 or 9)
// digits, the first that reads back as `value`; returns the end. REQUIRES: value is
// finite; kMaxDouble bytes are free.
char* WriteDouble(double value, char* to);
char* WriteFloat(float value, char* to);

}  // namespace mailroom::rpc
