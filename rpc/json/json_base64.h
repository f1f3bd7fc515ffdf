// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mailroom/base/bytes.h"
#include "mailroom/rpc/json/scratch_buffer.h"

// Base64 as protobuf's JSON has it for `bytes`: written with the standard alphabet
// and padding, read with either alphabet (RFC 4648 sections 4 and 5) and with or
// without padding. Headers have base64.h. Private. Any thread.
namespace mailroom::rpc {

void AppendJsonBase64(BytesView bytes, ScratchBuffer* out);

// Appends the bytes. False, with something appended, when `text` mixes the
// alphabets, holds another character, has an impossible length or padding, or bits
// behind the last byte that are not 0.
bool DecodeJsonBase64(std::string_view text, ScratchBuffer* out);

}  // namespace mailroom::rpc
