// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mailroom/base/clock.h"

// What flags are written in.
namespace mailroom::server {

// "500ms", "5s", "2m", "1h", "0s": a whole number and a unit. Nothing for
// anything else, and for what a Duration cannot hold.
std::optional<Duration> ParseDuration(std::string_view text);
// The shortest of those spellings.
std::string FormatDuration(Duration duration);

// Decimal digits only; nothing for anything else, and for what does not fit.
std::optional<uint64_t> ParseCount(std::string_view text);
// Permissions in octal, "0660" or "660", 0777 at most.
std::optional<unsigned> ParseFileMode(std::string_view text);

}  // namespace mailroom::server
