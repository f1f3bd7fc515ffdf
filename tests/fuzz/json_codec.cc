// SPDX-License-Identifier: Apache-2.0
// JSON to messages and back: what is taken is written, and what is written is the same message.
//
// Input: a character that picks the message's type; then the text.

#include <memory>
#include <string>
#include <string_view>

#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>

#include "mailroom/base/check.h"
#include "mailroom/echo/v1/echo.pb.h"
#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/protobuf_log.h"
#include "mailroom/tests/fuzz/target.h"
#include "tests/fuzz/every_kind.pb.h"

namespace mailroom::fuzz {
namespace {

using google::protobuf::Message;

const Message& TypeOf(char c) {
  switch (Number(c, 4)) {
    case 0:
      return echo::v1::EchoRequest::default_instance();
    case 1:
      return google::protobuf::Struct::default_instance();
    case 2:
      return google::protobuf::Value::default_instance();
    default:
      return EveryKind::default_instance();
  }
}

void CheckText(std::string_view text, const Message& type) {
  const rpc::Codec& json = rpc::JsonCodec();
  const std::unique_ptr<Message> message(type.New());
  if (const Status status = json.Parse(text, message.get()); !status.ok()) {
    MAILROOM_CHECK(status.code() == Code::kInvalidArgument && !status.message().empty());
    MAILROOM_CHECK(message->ByteSizeLong() == 0);
    return;
  }
  std::string written = "before";
  const Status status = json.Serialize(*message, &written);
  MAILROOM_CHECK(status.ok());
  MAILROOM_CHECK(written.substr(0, 6) == "before");
  const std::string_view once = std::string_view(written).substr(6);

  const std::unique_ptr<Message> back(type.New());
  MAILROOM_CHECK(json.Parse(once, back.get()).ok());
  std::string twice;
  MAILROOM_CHECK(json.Serialize(*back, &twice).ok());
  MAILROOM_CHECK(once.size() == twice.size());
}

}  // namespace
}  // namespace mailroom::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool quiet = [] {
    mailroom::rpc::SilenceProtobufLog();
    return true;
  }();
  const std::string_view text = mailroom::fuzz::Text(data, size);
  if (!quiet || text.empty()) return 0;
  mailroom::fuzz::CheckText(text.substr(1), mailroom::fuzz::TypeOf(text[0]));
  return 0;
}
