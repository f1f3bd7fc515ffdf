// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/error_detail.h"

#include <cstddef>
#include <string_view>

#include <google/protobuf/message.h>

#include "mailroom/base/json_escape.h"
#include "mailroom/rpc/base64.h"
#include "mailroom/rpc/codec.h"

namespace mailroom::rpc {
namespace {

using google::protobuf::Message;

// What people read in an error is far smaller, and it would be sent twice.
constexpr size_t kMaxDebugValue = 4 * 1024;

// An Any's type URL is a name behind a slash, and people will pass one.
std::string_view TypeName(const ErrorDetail& detail) {
  const std::string_view type = detail.type;
  return type.substr(type.rfind('/') + 1);
}

}  // namespace

ErrorDetail MakeErrorDetail(const Message& message) {
  ErrorDetail detail;
  detail.type = message.GetTypeName();
  message.AppendPartialToString(&detail.value);
  if (detail.value.size() > kMaxDebugValue) return detail;
  if (!JsonCodec().Serialize(message, &detail.debug).ok()) detail.debug.clear();
  return detail;
}

bool UnpackErrorDetail(const ErrorDetail& detail, Message* message) {
  message->Clear();
  return TypeName(detail) == message->GetTypeName() &&
         ProtoCodec().Parse(detail.value, message).ok();
}

void AppendErrorDetail(const ErrorDetail& detail, std::string* out) {
  out->append("{\"type\":\"");
  AppendJsonEscaped(TypeName(detail), out);
  out->append("\",\"value\":\"");
  AppendBase64(detail.value, out);
  out->push_back('"');
  if (!detail.debug.empty()) out->append(",\"debug\":").append(detail.debug);
  out->push_back('}');
}

}  // namespace mailroom::rpc
