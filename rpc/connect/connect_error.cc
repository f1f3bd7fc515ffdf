// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/connect/connect_error.h"

#include <optional>
#include <string_view>
#include <utility>

#include <google/protobuf/struct.pb.h>

#include "mailroom/base/json_escape.h"
#include "mailroom/rpc/base64.h"
#include "mailroom/rpc/code.h"
#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/error_bounds.h"
#include "mailroom/rpc/error_detail.h"

namespace mailroom::rpc {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// The member of that name, or an unset value.
const Value& Member(const Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? Value::default_instance() : found->second;
}

std::optional<ErrorDetail> ParseDetail(const Value& entry) {
  const Value& type = Member(entry.struct_value(), "type");
  const Value& value = Member(entry.struct_value(), "value");
  ErrorDetail detail;
  detail.type = type.string_value();
  if (detail.type.empty() || !value.has_string_value()) return std::nullopt;
  if (!DecodeBase64(value.string_value(), &detail.value)) return std::nullopt;
  return detail;
}

}  // namespace

void AppendConnectError(const Status& error, std::string* out) {
  if (!IsBounded(error)) return AppendConnectError(BoundError(error), out);
  out->append("{\"code\":\"").append(CodeName(error.code())).push_back('"');
  if (!error.message().empty()) {
    out->append(",\"message\":\"");
    AppendJsonEscaped(error.message(), out);
    out->push_back('"');
  }
  std::string_view separator = ",\"details\":[";
  for (const ErrorDetail& detail : error.details()) {
    out->append(std::exchange(separator, ","));
    AppendErrorDetail(detail, out);
  }
  if (!error.details().empty()) out->push_back(']');
  out->push_back('}');
}

Status ParseConnectError(int http_status, BytesView body) {
  Struct error;
  const std::optional<Code> code = JsonCodec().Parse(body, &error).ok()
                                       ? ParseCode(Member(error, "code").string_value())
                                       : std::nullopt;
  std::string message = Member(error, "message").string_value();
  if (!code && message.empty()) message = "HTTP status " + std::to_string(http_status);
  Status status(code.value_or(CodeFromHttpStatus(http_status)), std::move(message));
  for (const Value& entry : Member(error, "details").list_value().values()) {
    if (std::optional<ErrorDetail> detail = ParseDetail(entry)) {
      status.AddDetail(std::move(*detail));
    }
  }
  return status;
}

}  // namespace mailroom::rpc
