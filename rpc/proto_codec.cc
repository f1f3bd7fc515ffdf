// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>

#include <google/protobuf/message.h>

#include "mailroom/rpc/codec.h"

namespace mailroom::rpc {
namespace {

using google::protobuf::Message;

// The "partial" calls throughout: the checked ones report a missing required
// field (proto2) by a line on stderr or, when writing, by ending the program.
class ProtoCodecImpl final : public Codec {
 public:
  Status Parse(BytesView bytes, Message* message) const override {
    const bool sized = bytes.size() <= static_cast<size_t>(std::numeric_limits<int>::max());
    if (!sized || !message->ParsePartialFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      message->Clear();
      return InvalidArgument("the body is not a " + message->GetTypeName() +
                             " in protobuf's binary form");
    }
    if (message->IsInitialized()) return Status();
    const std::string missing = message->InitializationErrorString();
    message->Clear();
    return InvalidArgument("the body misses required fields: " + missing);
  }

  Status Serialize(const Message& message, std::string* out) const override {
    const size_t before = out->size();
    if (!message.IsInitialized()) {
      return Internal("the message misses required fields: " + message.InitializationErrorString());
    }
    if (message.AppendPartialToString(out)) return Status();
    out->resize(before);
    return Internal("a " + message.GetTypeName() + " of more than 2 GiB cannot be written");
  }
};

}  // namespace

const Codec& ProtoCodec() {
  static constexpr ProtoCodecImpl kCodec{};
  return kCodec;
}

}  // namespace mailroom::rpc
