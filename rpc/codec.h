// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mailroom/base/bytes.h"
#include "mailroom/base/status.h"
#include "mailroom/base/wire_format.h"

// Codec: the seam between messages and their bytes.
//
// Two implementations: protobuf binary and protobuf's JSON mapping (unknown fields
// are ignored, as proto3 JSON parsers on a server should). Small messages in JSON
// cost twice to four times what they cost in binary; those that hold a Timestamp, an
// Any or another type with a JSON form of its own ten to forty times
// (docs/design/0007-json.md). So codecs run on workers whenever there are any.
// Any thread.
namespace google::protobuf {
class Message;
}

namespace mailroom::rpc {

class Codec {
 public:
  // Parses `bytes` into *message (cleared first, and after an error).
  // invalid_argument with the parser's words when they are not a message of that
  // type. JSON: an empty body is no JSON; nesting is bounded.
  virtual Status Parse(BytesView bytes, google::protobuf::Message* message) const = 0;
  // Appends the message to *out, or nothing. internal when it can't be written:
  // a required field is missing; in JSON a string that is not UTF-8 or an Any of
  // unknown type (binary: as it is, the reader refuses such a string).
  virtual Status Serialize(const google::protobuf::Message& message, std::string* out) const = 0;

  // The codec of a wire format; lives for ever. kTyped has none (CHECK fails).
  static const Codec& For(WireFormat format);

 protected:
  ~Codec() = default;
};

// The two behind For(), one file each.
const Codec& ProtoCodec();
const Codec& JsonCodec();

}  // namespace mailroom::rpc
