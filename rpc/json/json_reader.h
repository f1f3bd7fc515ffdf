// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mailroom/rpc/json/json_table.h"
#include "mailroom/rpc/json/scratch_buffer.h"

// JSON to the wire: what protobuf's own parser then reads.
//
// It takes what programs write: JSON to the letter, values in the forms of the proto3
// mapping. False says only that json_util must be asked: for the leniencies that it
// has and for the words about what is wrong. So whatever is taken here must be what
// json_util would make of it, and what is refused here costs little beside it.
// Bounded like it: 100 objects and kMaxJsonNesting brackets deep. Private. Any thread.
namespace mailroom::rpc {

// Appends the message's bytes to *wire, at most eight for each byte of JSON. After a
// false *wire holds nothing of use.
bool JsonToWire(std::string_view json, const JsonTable& type, ScratchBuffer* wire);

}  // namespace mailroom::rpc
