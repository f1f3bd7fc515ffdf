// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/duration.h"

#include <charconv>

namespace mailroom::server {
namespace {

struct Unit {
  std::string_view name;
  Duration length;
};
// Longest first, as FormatDuration wants them; the last one divides every Duration.
constexpr Unit kUnits[] = {
    {"h", std::chrono::hours(1)},         {"m", std::chrono::minutes(1)},
    {"s", std::chrono::seconds(1)},       {"ms", std::chrono::milliseconds(1)},
    {"us", std::chrono::microseconds(1)}, {"ns", std::chrono::nanoseconds(1)}};

template <class N>
std::optional<N> Parse(std::string_view text, int base = 10) {
  N value = 0;
  const char* const end = text.data() + text.size();
  const std::from_chars_result result = std::from_chars(text.data(), end, value, base);
  if (text.empty() || result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<uint64_t> ParseCount(std::string_view text) { return Parse<uint64_t>(text); }

std::optional<int64_t> ParseNumber(std::string_view text) { return Parse<int64_t>(text); }

std::optional<unsigned> ParseFileMode(std::string_view text) {
  constexpr unsigned kMost = 0777;
  const std::optional<unsigned> mode = Parse<unsigned>(text, /*base=*/8);
  return mode && *mode <= kMost ? mode : std::nullopt;
}

std::optional<Duration> ParseDuration(std::string_view text) {
  const size_t digits = text.find_first_not_of("0123456789");
  if (digits == std::string_view::npos) return std::nullopt;
  const std::optional<uint64_t> count = ParseCount(text.substr(0, digits));
  if (!count) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (text.substr(digits) != unit.name) continue;
    const auto most = static_cast<uint64_t>(kMostDuration / unit.length);
    if (*count > most) return std::nullopt;
    return unit.length * static_cast<Duration::rep>(*count);
  }
  return std::nullopt;
}

std::string FormatDuration(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  for (const Unit& unit : kUnits) {
    if (duration % unit.length != Duration::zero()) continue;
    return std::to_string(duration / unit.length) + std::string(unit.name);
  }
  return "0s";  // not reached
}

}  // namespace mailroom::server
