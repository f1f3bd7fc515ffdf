// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mailroom/rpc/json/scratch_buffer.h"

// What stands between the quotes of a JSON string (RFC 8259 section 7), both ways.
// Private. Any thread.
namespace mailroom::rpc {

// Appends the characters that `raw`, the inside of a string, means. False, with
// something appended, when an escape is none of the RFC's or half of a surrogate
// pair. REQUIRES: raw is UTF-8 and does not end in the middle of an escape.
bool AppendUnescaped(std::string_view raw, ScratchBuffer* out);

// Appends `text` with the escapes that json_util writes: the RFC's, and what a
// browser might read as markup, a line's end or nothing at all. False, with
// something appended, when it is not UTF-8.
bool AppendEscaped(std::string_view text, ScratchBuffer* out);

}  // namespace mailroom::rpc
