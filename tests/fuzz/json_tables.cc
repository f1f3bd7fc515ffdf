// SPDX-License-Identifier: Apache-2.0
// The JSON codec with its compiled tables (docs/design/0007) beside protobuf's json_util: both take
// a document, with the same message, or both refuse it; both print a message, with the same text,
// and the text is the same message again.
//
// Input: a character that picks the message's type, and whether JSON follows or the wire format.

#include <memory>
#include <string>
#include <string_view>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/field_comparator.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include "mailroom/base/check.h"
#include "mailroom/base/status.h"
#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/json/testdata/json_kinds.pb.h"
#include "mailroom/rpc/protobuf_log.h"
#include "mailroom/tests/fuzz/target.h"

namespace mailroom::fuzz {
namespace {

using google::protobuf::Message;
namespace kinds = rpc::testdata;
namespace util = google::protobuf::util;

constexpr size_t kTypes = 8;

const Message& TypeOf(size_t number) {
  static const Message* const types[kTypes] = {
      &kinds::Scalars::default_instance(), &kinds::Optionals::default_instance(),
      &kinds::Lists::default_instance(),   &kinds::Maps::default_instance(),
      &kinds::Oneofs::default_instance(),  &kinds::Tree::default_instance(),
      &kinds::Names::default_instance(),   &kinds::Order::default_instance()};
  return *types[number];
}

// The wire form with maps in order.
std::string Bytes(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  MAILROOM_CHECK(message.SerializePartialToCodedStream(&coded));
  coded.Trim();
  return bytes;
}

// What we refuse and json_util takes: more than 200 brackets in one another, where it takes a time
// that grows with the square of their number (rpc/json/json_guard.h).
bool NestsTooDeep(std::string_view json) {
  size_t depth = 0;
  char quote = '\0';
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quote != '\0') {
      if (c == '\\') ++i;
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      if (++depth > 200) return true;
    } else if (c == ']' || c == '}') {
      depth -= depth > 0;
    }
  }
  return false;
}

bool ParseByJsonUtil(std::string_view json, Message* message) {
  util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  return util::JsonStringToMessage({json.data(), json.size()}, message, options).ok();
}

// What json_util, and so we, cannot write and read again to the bit: JSON has one NaN, the wire
// many; a zero with a sign is written as -0, which is read as a whole number.
bool HoldsLossyNumber(std::string_view json) {
  if (json.find("\"NaN\"") != std::string_view::npos) return true;
  for (const std::string_view zero : {"-0,", "-0]", "-0}"}) {
    if (json.find(zero) != std::string_view::npos) return true;
  }
  return false;
}

bool IsSame(const Message& a, const Message& b, std::string_view json) {
  if (Bytes(a) == Bytes(b)) return true;
  if (!HoldsLossyNumber(json)) return false;
  util::DefaultFieldComparator numbers;
  numbers.set_treat_nan_as_equal(true);
  util::MessageDifferencer differencer;
  differencer.set_field_comparator(&numbers);
  // A field that is not there is a zero.
  differencer.set_message_field_comparison(util::MessageDifferencer::EQUIVALENT);
  return differencer.Compare(a, b);
}

// A message read from JSON or the wire.
void CheckPrinting(const Message& message) {
  std::string ours;
  MAILROOM_CHECK(rpc::JsonCodec().Serialize(message, &ours).ok());
  std::string theirs;
  MAILROOM_CHECK(util::MessageToJsonString(message, &theirs).ok());
  MAILROOM_CHECK(ours == theirs);

  const std::unique_ptr<Message> back(message.New());
  MAILROOM_CHECK(rpc::JsonCodec().Parse(ours, back.get()).ok());
  MAILROOM_CHECK(IsSame(*back, message, ours));
}

void CheckText(std::string_view json, const Message& type) {
  const std::unique_ptr<Message> ours(type.New());
  const Status status = rpc::JsonCodec().Parse(json, ours.get());
  if (!status.ok() && NestsTooDeep(json)) return;
  const std::unique_ptr<Message> theirs(type.New());
  MAILROOM_CHECK(ParseByJsonUtil(json, theirs.get()) == status.ok());
  if (!status.ok()) return;
  MAILROOM_CHECK(Bytes(*ours) == Bytes(*theirs));
  CheckPrinting(*ours);
}

void CheckWire(std::string_view bytes, const Message& type) {
  const std::unique_ptr<Message> message(type.New());
  if (!rpc::ProtoCodec().Parse(bytes, message.get()).ok()) return;
  message->DiscardUnknownFields();  // which JSON has none of
  CheckPrinting(*message);
}

}  // namespace
}  // namespace mailroom::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailroom::fuzz;
  static const bool quiet = [] {
    mailroom::rpc::SilenceProtobufLog();
    return true;
  }();
  const std::string_view input = Text(data, size);
  if (!quiet || input.empty()) return 0;
  const size_t choice = Number(input[0], 2 * kTypes);
  const Message& type = TypeOf(choice % kTypes);
  const ExactCopy rest(input.substr(1));
  if (choice < kTypes) {
    CheckText(rest.view(), type);
  } else {
    CheckWire(rest.view(), type);
  }
  return 0;
}
