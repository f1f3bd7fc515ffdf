// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_number.h"

#include <cfloat>
#include <cmath>
#include <limits>

namespace mailroom::rpc {
namespace {

// Doubles up to here hold every whole number.
constexpr double kMaxExact = 9007199254740992;  // 2^53

template <class T>
char* WriteShorter(T value, int digits, int all_digits, char* to) {
  char* const limit = to + kMaxDouble;
  char* const end = std::to_chars(to, limit, value, std::chars_format::general, digits).ptr;
  T read = 0;
  std::from_chars(to, end, read);
  if (read == value) return end;
  return std::to_chars(to, limit, value, std::chars_format::general, all_digits).ptr;
}

}  // namespace

bool ParseWholeDouble(std::string_view text, int64_t* value) {
  double number = 0;
  if (!ParseDouble(text, &number)) return false;
  if (!(std::fabs(number) <= kMaxExact) || std::trunc(number) != number) return false;
  *value = static_cast<int64_t>(number);
  return *value != 0 || !std::signbit(number);
}

bool ParseDouble(std::string_view number, double* value) {
  const char* const end = number.data() + number.size();
  const auto [parsed, error] = std::from_chars(number.data(), end, *value);
  return error == std::errc() && parsed == end;
}

bool ParseFloat(const JsonNumber& number, float* value) {
  uint64_t natural = 0;
  int64_t negative = 0;
  if (number.integer && ParseInteger(number.text, &natural)) {
    *value = static_cast<float>(natural);
    return true;
  }
  if (number.integer && ParseInteger(number.text, &negative)) {
    *value = static_cast<float>(negative);
    return true;
  }
  double wide = 0;
  if (!ParseDouble(number.text, &wide)) return false;
  if (!(std::fabs(wide) <= std::numeric_limits<float>::max())) return false;
  *value = static_cast<float>(wide);
  return true;
}

char* WriteDouble(double value, char* to) { return WriteShorter(value, DBL_DIG, DBL_DIG + 2, to); }

// json_util does not trust what it reads back of a subnormal float.
char* WriteFloat(float value, char* to) {
  const bool subnormal = std::fpclassify(value) == FP_SUBNORMAL;
  return WriteShorter(value, subnormal ? FLT_DIG + 3 : FLT_DIG, FLT_DIG + 3, to);
}

}  // namespace mailroom::rpc
