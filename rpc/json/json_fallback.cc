// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_fallback.h"

#include <chrono>
#include <string>
#include <string_view>

#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>

#include "mailroom/base/log.h"
#include "mailroom/base/utf8.h"
#include "mailroom/rpc/json/json_guard.h"
#include "mailroom/rpc/utf8_field.h"

namespace mailroom::rpc {
namespace {

using google::protobuf::Message;
namespace util = google::protobuf::util;

// Enough to see what is meant; the text may hold a client's whole string.
constexpr size_t kMaxErrorText = 200;
constexpr size_t kMaxNear = 20;

// json_util's words on one line. It answers "words.\n<piece of the input>\n  ^",
// the mark as many bytes in as the error is in the piece: that becomes
// "words near 'input from there'".
std::string Describe(std::string_view words) {
  if (words.starts_with(": ")) words.remove_prefix(2);
  const size_t line = words.find('\n');
  std::string text(Utf8Start(words.substr(0, line), kMaxErrorText));
  if (text.ends_with('.')) text.pop_back();
  const size_t mark_line = words.rfind('\n');
  if (line == mark_line) return text;
  const std::string_view piece = words.substr(line + 1, mark_line - line - 1);
  const size_t column = words.size() - mark_line - 2;
  if (column >= piece.size()) return text;
  text.append(" near '").append(Utf8Start(piece.substr(column), kMaxNear)).append("'");
  return text;
}

Status RunJsonUtil(BytesView bytes, Message* message) {
  util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  // json_util checks itself, and not its input, for what may stand behind the value of a
  // well-known type in an Any: a CHECK of its fails, and throws. No other one is known.
  try {
    const auto status = util::JsonStringToMessage(
        google::protobuf::StringPiece(bytes.data(), bytes.size()), message, options);
    if (status.ok()) return Status();
    return InvalidArgument(Describe({status.message().data(), status.message().size()}));
  } catch (const google::protobuf::FatalException& error) {
    MAILROOM_LOG_EVERY(kWarning, std::chrono::seconds(10))
        << "protobuf gave up a body in JSON: " << error.what();
    return Status::Static(Code::kInvalidArgument,
                          "protobuf gave it up: a google.protobuf.Any of a well-known type holds "
                          "\"@type\", one \"value\" and nothing behind it");
  }
}

}  // namespace

Status ParseByJsonUtil(BytesView bytes, Message* message) {
  message->Clear();
  // json_util would say the same, but less clearly; connect-go refuses it too.
  if (bytes.empty()) {
    return Status::Static(Code::kInvalidArgument, "the body is empty: JSON needs at least {}");
  }
  MAILROOM_RETURN_IF_ERROR(GuardJson(bytes, *message->GetDescriptor()));
  const Status status = RunJsonUtil(bytes, message);
  if (status.ok()) return Status();
  message->Clear();
  return InvalidArgument("the body is not a " + message->GetTypeName() +
                         " in JSON: " + std::string(status.message()));
}

Status SerializeByJsonUtil(const Message& message, std::string* out) {
  const size_t before = out->size();
  if (!message.IsInitialized()) {
    return Internal("the message misses required fields: " + message.InitializationErrorString());
  }
  // json_util leaves malformed bytes out in silence: the client would be told another
  // word than the handler wrote.
  const std::string malformed = NonUtf8Field(message);
  if (!malformed.empty()) {
    return Internal("field " + malformed + " of the " + message.GetTypeName() + " is not UTF-8");
  }
  const auto status = util::MessageToJsonString(message, out);
  // A google.protobuf.Value without a kind comes out as nothing at all.
  if (status.ok() && out->size() > before) return Status();
  out->resize(before);
  return Internal("the " + message.GetTypeName() + " has no JSON form: " +
                  Describe({status.message().data(), status.message().size()}));
}

}  // namespace mailroom::rpc
