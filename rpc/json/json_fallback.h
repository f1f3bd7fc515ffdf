// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mailroom/base/bytes.h"
#include "mailroom/base/status.h"

// JSON by protobuf's json_util: complete and slow (ten to twenty times what JsonToWire
// and WireToJson take). It reads and writes the types that have no JsonTable, and
// whatever those two decline; it alone says what is wrong. Each function has the
// promises of Codec's. Private. Any thread.
namespace google::protobuf {
class Message;
}

namespace mailroom::rpc {

Status ParseByJsonUtil(BytesView bytes, google::protobuf::Message* message);
Status SerializeByJsonUtil(const google::protobuf::Message& message, std::string* out);

}  // namespace mailroom::rpc
