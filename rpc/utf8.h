// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

// UTF-8 as protobuf's `string` and JSON ask for it. Private. Any thread.
namespace mailroom::rpc {

// True when all of `text` is well-formed (Unicode 15, table 3-7).
bool IsUtf8(std::string_view text);

// The longest start of `text` within `size` bytes that does not cut a character.
std::string_view Utf8Start(std::string_view text, size_t size);

}  // namespace mailroom::rpc
