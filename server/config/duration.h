// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mailroom/base/clock.h"

// What flags are written in.
namespace mailroom::server {

// The longest duration that a flag takes: a hundred years. A tenth more of it, and it
// added to any time, still fit a Duration.
inline constexpr Duration kMostDuration = std::chrono::hours(24 * 365 * 100);

// "500ms", "5s", "2m", "1h", "0s": a whole number and a unit (h, m, s, ms, us, ns).
// Nothing for anything else, and for more than kMostDuration.
std::optional<Duration> ParseDuration(std::string_view text);
// The shortest of those spellings that loses nothing.
std::string FormatDuration(Duration duration);
// How long a timeout lets wait when zero means no limit: zero becomes Duration::max().
inline Duration NoLimitAtZero(Duration timeout) {
  return timeout == Duration::zero() ? Duration::max() : timeout;
}

// Decimal digits only; nothing for anything else, and for what does not fit.
std::optional<uint64_t> ParseCount(std::string_view text);
// The same, with a minus sign or without, within 64 bits: what TOML holds.
std::optional<int64_t> ParseNumber(std::string_view text);
// Permissions in octal, "0660" or "660", 0777 at most.
std::optional<unsigned> ParseFileMode(std::string_view text);

}  // namespace mailroom::server
