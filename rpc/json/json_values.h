// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mailroom/rpc/json/json_scanner.h"
#include "mailroom/rpc/json/json_table.h"
#include "mailroom/rpc/json/scratch_buffer.h"

// Single values of a JSON text to the wire, without their tags. As for JsonToWire,
// false sends the whole document to json_util. Private. Any thread.
namespace mailroom::rpc {

// The value that stands next, of any type but string and message.
bool ReadScalar(const JsonField& field, JsonScanner* scanner, ScratchBuffer* wire);

// A map's key, which is a name in JSON.
bool AppendMapKey(JsonField::Type type, std::string_view name, ScratchBuffer* wire);

// Bytes with their length in front.
void AppendSized(std::string_view bytes, ScratchBuffer* wire);

// A number that json_util can read, whatever for.
bool SkipNumber(JsonScanner* scanner);

}  // namespace mailroom::rpc
