// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

// UTF-8 as protobuf's `string`, JSON and the log ask for it (Unicode 15, table 3-7:
// no overlong form, no surrogate, nothing above U+10FFFF). Any thread.
namespace mailroom {

// The bytes of the character that `text` begins with, 1 to 4; 0 when it is
// malformed or cut off. REQUIRES: text is not empty.
size_t Utf8Length(std::string_view text);

// True when all of `text` is well-formed.
bool IsUtf8(std::string_view text);

// The longest start of `text` within `size` bytes that does not cut a character. A malformed
// byte is a character of its own: at most 3 bytes less than `size`.
std::string_view Utf8Start(std::string_view text, size_t size);

}  // namespace mailroom
