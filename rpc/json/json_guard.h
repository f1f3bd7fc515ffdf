// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "mailroom/base/status.h"

// What json_util of protobuf 3.21 does not bound, refused before it sees it.
// Private.
//
// 1. Arrays inside arrays: 200 KB of '[' for a google.protobuf.Struct keep it
//    busy for more than a minute. Objects it bounds itself.
// 2. The short form of a FieldMask, "a(b,c)" for "a.b,a.c": 200 KB of "a(" ask
//    for 20 GB of memory. A message that holds an Any can hold a FieldMask.
// 3. Anys in Anys with "@type" behind the content: each holds all of it back, so
//    95 of them around 200 KB take 1 GB.
// One look at each byte, a few hundredths of what the parser needs. Text that is
// not JSON passes: the parser says what is wrong with it. Any thread.
namespace google::protobuf {
class Descriptor;
}

namespace mailroom::rpc {

// Twice protobuf's own limit of 100 nested messages: each may sit in an array.
inline constexpr size_t kMaxJsonNesting = 200;

// invalid_argument when `json` would cost more than a message of `type` should.
Status GuardJson(std::string_view json, const google::protobuf::Descriptor& type);

}  // namespace mailroom::rpc
