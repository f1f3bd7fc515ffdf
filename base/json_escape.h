// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

// What stands between the quotes of a JSON string (RFC 8259 section 7).
//
// For lines of log and small error bodies that are put together by hand; messages
// go through a codec. Any thread.
namespace mailroom {

// Appends `text` to *out, with quotes, backslashes and control characters escaped
// and each byte that is no UTF-8 replaced by U+FFFD: whatever comes in, what
// stands in *out is valid.
void AppendJsonEscaped(std::string_view text, std::string* out);

}  // namespace mailroom
