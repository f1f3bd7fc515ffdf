// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/connect/connect_unary.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mailroom/base/ascii.h"
#include "mailroom/base/log.h"
#include "mailroom/http/field_name.h"
#include "mailroom/rpc/code.h"
#include "mailroom/rpc/connect/connect_error.h"
#include "mailroom/rpc/content_coding.h"
#include "mailroom/rpc/deadline.h"
#include "mailroom/rpc/error_bounds.h"
#include "mailroom/rpc/media_type.h"
#include "mailroom/rpc/wire_metadata.h"

namespace mailroom::rpc {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProto = "application/proto";
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

// One coding and no list: Connect knows no two of them, one around the other.
Status ReadContentEncoding(std::string_view encoding, CallHead* call) {
  if (encoding.empty() || EqualsIgnoreCase(encoding, "identity")) return Status();
  const std::optional<Compression> known = FindCompression(encoding);
  if (known && call->request_compression == Compression::kIdentity) {
    call->request_compression = *known;
    return Status();
  }
  call->unknown_compression = true;
  std::string words = "content-encoding \"";
  words.append(CutEcho(encoding));
  words.append(known ? "\" is given twice" : "\" is not supported");
  words.append("; supported: identity, ").append(KnownCompressions());
  return Unimplemented(std::move(words));
}

Status ReadVersion(std::string_view version, bool* versioned) {
  if (std::exchange(*versioned, true)) {
    return Status::Static(Code::kInvalidArgument,
                          "connect-protocol-version is given more than once");
  }
  if (version == "1") return Status();
  return Status::Static(Code::kInvalidArgument, "connect-protocol-version must be 1");
}

Status ReadTimeout(std::string_view timeout, CallHead* call) {
  if (call->timeout) {
    return Status::Static(Code::kInvalidArgument, "connect-timeout-ms is given more than once");
  }
  MAILROOM_ASSIGN_OR_RETURN(call->timeout, ParseTimeoutMs(timeout));
  return Status();
}

Status ReadField(const http::Field& field, CallHead* call, AcceptEncoding* accept, bool* versioned,
                 Metadata* metadata) {
  using Name = http::FieldName;
  switch (field.known) {
    case Name::kOther:
      return AddRequestField(field, metadata);
    case Name::kAcceptEncoding:
      accept->Add(field.value);
      return Status();
    case Name::kContentEncoding:
      return ReadContentEncoding(field.value, call);
    case Name::kConnectProtocolVersion:
      return ReadVersion(field.value, versioned);
    case Name::kConnectTimeoutMs:
      return ReadTimeout(field.value, call);
    default:
      // The hall's and HTTP's own; and those of Connect's streams, which mean nothing here:
      // connect-accept-encoding and connect-content-encoding are about frames.
      return Status();
  }
}

// All but the content type, which is read. The first error is told. The rest is read all
// the same: a refused call has a deadline, too.
Status ReadFields(const http::Headers& headers, CallHead* call, Metadata* metadata) {
  AcceptEncoding accept;
  bool versioned = false;  // the protocol's version was given
  Status first;
  for (const http::Field& field : headers) {
    Status read = ReadField(field, call, &accept, &versioned, metadata);
    if (!read.ok() && first.ok()) first = std::move(read);
  }
  // A client that does not say what it takes is answered as it sends.
  call->accepted = accept.given() ? accept.best() : call->request_compression;
  call->compress_always = accept.refuses_identity();
  return first;
}

// The handler's metadata as fields of the answer, or nothing and why not.
Status WriteMetadata(const Outcome& outcome, Answer* answer) {
  if (outcome.headers->empty() && outcome.trailers->empty()) return Status();
  MAILROOM_RETURN_IF_ERROR(CheckLeading(*outcome.headers));
  MAILROOM_RETURN_IF_ERROR(CheckTrailing(*outcome.trailers));
  MAILROOM_RETURN_IF_ERROR(
      CheckSize(ListSize(*outcome.headers, {}) + ListSize(*outcome.trailers, kTrailerPrefix)));
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
    Status read = ReadFields(*head.headers, call, metadata);
    if (method.kind != MethodKind::kUnary) {
      return Status::Static(Code::kUnimplemented,
                            "a streaming method is not called by application/json or "
                            "application/proto but by application/connect+json or +proto");
    }
    return read;
  }

  // The body is the message, bare.
  Status OpenBody(std::string*) const override { return Status(); }

  Code Finish(const CallHead& call, const Outcome& outcome, Answer* answer) const override {
    answer->Clear();
    const Status unsendable = WriteMetadata(outcome, answer);
    if (!unsendable.ok()) {
      answer->replaced = true;
      MAILROOM_LOG_EVERY(kError, std::chrono::seconds(1))
          << "an answer was not sent: " << unsendable.message();
      return WriteError(Status::Static(Code::kInternal, "the answer's metadata cannot be sent"),
                        answer);
    }
    if (!outcome.status->ok()) {
      // RFC 9110 s12.5.3: in an answer it says what requests may use.
      if (call.unknown_compression) answer->headers.Add("accept-encoding", KnownCompressions());
      return WriteError(*outcome.status, answer);
    }
    answer->content_type = call.format == WireFormat::kProto ? kProto : kJson;
    // No Vary: a cache keeps no answer to a POST unless the handler takes pains to
    // have it kept (RFC 9110 s9.3.3).
    if (outcome.compression != Compression::kIdentity) {
      answer->headers.Add("content-encoding", NameOf(outcome.compression));
    }
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
