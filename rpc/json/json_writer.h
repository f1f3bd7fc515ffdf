// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/bytes.h"
#include "mailroom/rpc/json/json_table.h"
#include "mailroom/rpc/json/scratch_buffer.h"

// The wire to JSON, to the byte what json_util writes: lowerCamelCase names in the
// order of the wire, fields that are not on the wire left out, 64-bit numbers in
// quotes, enums by name. False says that json_util must be asked: a string is not
// UTF-8, messages nest deeper than 64, or the bytes are not as protobuf's generated
// code writes them. Private. Any thread.
namespace mailroom::rpc {

// Appends the object. After a false *json holds nothing of use.
bool WireToJson(BytesView wire, const JsonTable& type, ScratchBuffer* json);

}  // namespace mailroom::rpc
