// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mailroom/base/bytes.h"

// Base64 as RPC headers and error details use it: RFC 4648 section 4, written
// without padding, read with or without. Any thread.
namespace mailroom::rpc {

// How many characters `size` bytes become.
constexpr size_t Base64Size(size_t size) { return size / 3 * 4 + (size % 3 * 4 + 2) / 3; }

// Appends the characters to *out.
void AppendBase64(BytesView bytes, std::string* out);

// Appends the bytes to *out. False, with *out as it was, when `text` holds
// another character, has an impossible length, or padding that does not fill it
// up to a multiple of four. Bits behind the last byte are ignored.
bool DecodeBase64(std::string_view text, std::string* out);

}  // namespace mailroom::rpc
