// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "mailroom/base/ascii.h"

// FieldName: the names of header fields that mean something to this server.
//
// An engine recognises each field of a head once, when it adds the field to Headers. The
// engine's own checks, the protocol and the metadata ask for the answer and do not compare
// names again. Any thread.
namespace mailroom::http {

enum class FieldName : uint8_t {
  kOther,  // a name that says nothing to the server: metadata
  // HTTP's own: about the connection or the body (RFC 9110 s7.6.1, s8). Never metadata.
  kAcceptEncoding,
  kConnection,
  kContentEncoding,
  kContentLength,
  kContentType,
  kExpect,
  kHost,
  kTransferEncoding,
  kOtherTransport,  // keep-alive, te, trailer, upgrade, http2-settings, proxy-connection
  // The Connect protocol's own: "connect-..." (its reference, Unary-Request). Never metadata.
  kConnectProtocolVersion,
  kConnectTimeoutMs,
  kOtherConnect,
};

// True for the fields that HTTP keeps for itself.
constexpr bool IsTransport(FieldName name) {
  return name >= FieldName::kAcceptEncoding && name <= FieldName::kOtherTransport;
}

// Which one `name` is, in any case of its letters. By its size first: most names are compared
// with one other at most.
inline FieldName RecognizeField(std::string_view name) {
  const auto is = [name](std::string_view known) { return EqualsIgnoreCase(name, known); };
  switch (name.size()) {
    case 2:
      if (is("te")) return FieldName::kOtherTransport;
      break;
    case 4:
      if (is("host")) return FieldName::kHost;
      break;
    case 6:
      if (is("expect")) return FieldName::kExpect;
      break;
    case 7:
      if (is("trailer") || is("upgrade")) return FieldName::kOtherTransport;
      break;
    case 10:
      if (is("connection")) return FieldName::kConnection;
      if (is("keep-alive")) return FieldName::kOtherTransport;
      break;
    case 12:
      if (is("content-type")) return FieldName::kContentType;
      break;
    case 14:
      if (is("content-length")) return FieldName::kContentLength;
      if (is("http2-settings")) return FieldName::kOtherTransport;
      break;
    case 15:
      if (is("accept-encoding")) return FieldName::kAcceptEncoding;
      break;
    case 16:
      if (is("content-encoding")) return FieldName::kContentEncoding;
      if (is("proxy-connection")) return FieldName::kOtherTransport;
      break;
    case 17:
      if (is("transfer-encoding")) return FieldName::kTransferEncoding;
      break;
    case 18:
      if (is("connect-timeout-ms")) return FieldName::kConnectTimeoutMs;
      break;
    case 24:
      if (is("connect-protocol-version")) return FieldName::kConnectProtocolVersion;
      break;
    default:
      break;
  }
  return StartsWithIgnoreCase(name, "connect-") ? FieldName::kOtherConnect : FieldName::kOther;
}

}  // namespace mailroom::http
