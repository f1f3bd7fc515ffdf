// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include <google/protobuf/message.h>

#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/json/json_fallback.h"
#include "mailroom/rpc/json/json_reader.h"
#include "mailroom/rpc/json/json_schema.h"
#include "mailroom/rpc/json/json_writer.h"
#include "mailroom/rpc/json/scratch_buffer.h"

namespace mailroom::rpc {
namespace {

using google::protobuf::Message;

constexpr size_t kMaxWire = std::numeric_limits<int>::max();

// By way of the wire format, which protobuf's generated code reads and writes. False:
// nothing is said about the bytes, json_util must be asked.
bool ParseByTable(BytesView bytes, const JsonTable& type, Message* message) {
  ScratchBuffer wire;
  if (!JsonToWire(bytes, type, &wire) || wire.size() > kMaxWire) return false;
  return message->ParsePartialFromArray(wire.data(), static_cast<int>(wire.size()));
}

bool SerializeByTable(const Message& message, const JsonTable& type, std::string* out) {
  const size_t size = message.ByteSizeLong();
  if (size > kMaxWire) return false;
  ScratchBuffer wire;
  char* const begin = wire.Reserve(size);
  message.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(begin));
  ScratchBuffer json;
  if (!WireToJson(BytesView(begin, size), type, &json)) return false;
  out->append(json.view());
  return true;
}

class JsonCodecImpl final : public Codec {
 public:
  Status Parse(BytesView bytes, Message* message) const override {
    const JsonTable* const type = FindJsonTable(*message);
    if (type != nullptr && ParseByTable(bytes, *type, message)) return Status();
    return ParseByJsonUtil(bytes, message);
  }

  // A type with a table has no required fields.
  Status Serialize(const Message& message, std::string* out) const override {
    const JsonTable* const type = FindJsonTable(message);
    if (type != nullptr && SerializeByTable(message, *type, out)) return Status();
    return SerializeByJsonUtil(message, out);
  }
};

}  // namespace

const Codec& JsonCodec() {
  static constexpr JsonCodecImpl kCodec{};
  return kCodec;
}

}  // namespace mailroom::rpc
