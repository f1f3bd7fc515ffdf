// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/connect_unary.h"

#include <optional>
#include <string>
#include <string_view>

#include "mailroom/base/ascii.h"
#include "mailroom/base/log.h"
#include "mailroom/rpc/code.h"
#include "mailroom/rpc/connect_error.h"
#include "mailroom/rpc/deadline.h"
#include "mailroom/rpc/media_type.h"
#include "mailroom/rpc/wire_metadata.h"

namespace mailroom::rpc {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProto = "application/proto";
constexpr std::string_view kReserved = "connect-";
constexpr std::string_view kTrailerPrefix = "trailer-";

std::optional<WireFormat> FormatOf(std::string_view content_type) {
  // As clients write it, nearly always.
  if (content_type == kProto) return WireFormat::kProto;
  if (content_type == kJson) return WireFormat::kJson;
  const MediaType type = ParseMediaType(content_type);
  if (EqualsIgnoreCase(type.name, kProto) && type.parameters.empty()) return WireFormat::kProto;
  if (EqualsIgnoreCase(type.name, kJson) && CharsetIsUtf8(type.parameters)) {
    return WireFormat::kJson;
  }
  return std::nullopt;
}

Status CheckEncoding(std::string_view encoding) {
  if (encoding.empty() || EqualsIgnoreCase(encoding, "identity")) return Status();
  std::string words = "content-encoding \"";
  words.append(encoding.substr(0, 64)).append("\" is not supported; supported: identity");
  return Unimplemented(std::move(words));
}

// A field whose name begins with "connect-". Those of streams mean nothing here.
Status ReadControl(const http::Field& field, CallHead* call) {
  if (EqualsIgnoreCase(field.name, "connect-protocol-version")) {
    if (field.value == "1") return Status();
    return Status::Static(Code::kInvalidArgument, "connect-protocol-version must be 1");
  }
  if (!EqualsIgnoreCase(field.name, "connect-timeout-ms")) return Status();
  if (call->timeout) {
    return Status::Static(Code::kInvalidArgument, "connect-timeout-ms is given more than once");
  }
  MAILROOM_ASSIGN_OR_RETURN(call->timeout, ParseTimeoutMs(field.value));
  return Status();
}

Status ReadField(const http::Field& field, CallHead* call, Metadata* metadata) {
  if (IsTransportField(field.name)) {
    const bool encoding = EqualsIgnoreCase(field.name, "content-encoding");
    return encoding ? CheckEncoding(field.value) : Status();
  }
  if (StartsWithIgnoreCase(field.name, kReserved)) {
    return ReadControl(field, call);
  }
  return AddRequestField(field, metadata);
}

// The handler's metadata as fields of the answer, or nothing and why not.
Status WriteMetadata(const Outcome& outcome, Answer* answer) {
  if (outcome.headers->empty() && outcome.trailers->empty()) return Status();
  MAILROOM_RETURN_IF_ERROR(CheckLeading(*outcome.headers));
  MAILROOM_RETURN_IF_ERROR(CheckTrailing(*outcome.trailers));
  answer->text.reserve(ComposedSize(*outcome.headers, {}) +
                       ComposedSize(*outcome.trailers, kTrailerPrefix));
  AppendFields(*outcome.headers, {}, &answer->headers, &answer->text);
  AppendFields(*outcome.trailers, kTrailerPrefix, &answer->headers, &answer->text);
  return Status();
}

// Exactly "application/json": clients look for an error object behind no other.
Code WriteError(const Status& error, Answer* answer) {
  answer->status = HttpStatus(error.code());
  answer->content_type = kJson;
  AppendConnectError(error, &answer->body);
  return error.code();
}

class ConnectUnaryProtocol final : public Protocol {
 public:
  std::string_view name() const override { return "connect"; }

  std::optional<WireFormat> Claims(std::string_view method,
                                   std::string_view content_type) const override {
    return method == "POST" ? FormatOf(content_type) : std::nullopt;
  }

  Status Accept(const http::Head& head, const MethodSpec& method, CallHead* call,
                Metadata* metadata) const override {
    const WireFormat format = call->format;
    *call = CallHead{};
    call->format = format;
    metadata->Clear();
    if (method.kind != MethodKind::kUnary) {
      return Status::Static(Code::kUnimplemented,
                            "a streaming method is not called by application/json or "
                            "application/proto but by application/connect+json or +proto");
    }
    for (const http::Field& field : *head.headers) {
      MAILROOM_RETURN_IF_ERROR(ReadField(field, call, metadata));
    }
    return Status();
  }

  // The body is the message, bare.
  Status OpenBody(std::string*) const override { return Status(); }

  Code Finish(const CallHead& call, const Outcome& outcome, Answer* answer) const override {
    answer->Clear();
    const Status unsendable = WriteMetadata(outcome, answer);
    if (!unsendable.ok()) {
      MAILROOM_LOG(kError) << "an answer was not sent: " << unsendable.message();
      return WriteError(Status::Static(Code::kInternal, "the answer's metadata cannot be sent"),
                        answer);
    }
    if (!outcome.status->ok()) return WriteError(*outcome.status, answer);
    answer->content_type = call.format == WireFormat::kProto ? kProto : kJson;
    // Swapped, so that neither side loses the memory it keeps for the next call.
    if (outcome.message != nullptr) answer->body.swap(*outcome.message);
    return Code::kOk;
  }
};

}  // namespace

const Protocol& ConnectUnary() {
  static constexpr ConnectUnaryProtocol kProtocol{};
  return kProtocol;
}

}  // namespace mailroom::rpc
