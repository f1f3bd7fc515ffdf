// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/fault.h"

#include <string_view>

#include "mailroom/base/check.h"

namespace mailroom::http {
namespace {

// "...: at most N bytes are taken (a fixed limit, http::Limits::x; no setting raises it)".
std::string Fixed(std::string_view what, size_t limit, std::string_view unit,
                  std::string_view option) {
  std::string text(what);
  text += ": at most " + std::to_string(limit) + " ";
  text += unit;
  text += " are taken (a fixed limit, http::Limits::";
  text += option;
  text += "; no setting raises it)";
  return text;
}

std::string BodyTooLarge(const Limits& limits) {
  std::string text = "the request body is too large: at most ";
  text.append(std::to_string(limits.body_bytes)).append(" bytes are taken");
  if (!limits.body_advice.empty()) text.append("; ").append(limits.body_advice);
  return text;
}

}  // namespace

int FaultStatus(Fault fault) {
  switch (fault) {
    case Fault::kRequestLineTooLong:
      return 414;
    case Fault::kFieldsTooLarge:
    case Fault::kTooManyFields:
    case Fault::kTrailersTooLarge:
      return 431;
    case Fault::kBodyTooLarge:
    case Fault::kChunkExtraTooLarge:
      return 413;
    case Fault::kExpectation:
      return 417;
    case Fault::kHttpsTarget:
      return 421;
    case Fault::kTransferCoding:
    case Fault::kConnect:
    case Fault::kMethodTooLong:
      return 501;
    case Fault::kVersion:
    case Fault::kHttp2Preface:
      return 505;
    default:
      return 400;
  }
}

std::string FaultText(Fault fault, const Limits& limits) {
  switch (fault) {
    case Fault::kNone:
      break;
    case Fault::kNotHttp:
      return "this is not HTTP: the first byte cannot begin a request line";
    case Fault::kTlsHello:
      return "this is a TLS handshake, but the port speaks plain HTTP: use http:// instead of "
             "https://";
    case Fault::kHttp2Preface:
      return "this is HTTP/2 with prior knowledge, but the port speaks HTTP/1.1";
    case Fault::kVersion:
      return "the HTTP version is not supported: use HTTP/1.1 or HTTP/1.0";
    case Fault::kRequestLine:
      return "malformed request line: expected METHOD SP TARGET SP HTTP/1.1 CRLF";
    case Fault::kRequestLineTooLong:
      return Fixed("the request line is too long", limits.request_line, "bytes", "request_line");
    case Fault::kMethodTooLong:
      return "no HTTP method is that long: expected METHOD SP TARGET SP HTTP/1.1 CRLF";
    case Fault::kEmptyLines:
      return "too many empty lines before the request line";
    case Fault::kTarget:
      return "malformed request target: expected /path, http://host/path, or * with OPTIONS";
    case Fault::kConnect:
      return "CONNECT asks for a tunnel: this server is no proxy";
    case Fault::kHttpsTarget:
      return "the target begins with https:// but this connection is not secured (RFC 9110 7.4): "
             "send the path alone";
    case Fault::kBareLf:
      return "a line ends in LF without CR";
    case Fault::kFolded:
      return "a header line begins with white space: folded lines are obsolete (RFC 9112 5.2)";
    case Fault::kField:
      return "malformed header line: expected NAME \":\" VALUE CRLF, no white space before the "
             "colon, no control characters";
    case Fault::kFieldsTooLarge:
      return Fixed("the header is too large", limits.header_bytes, "bytes", "header_bytes");
    case Fault::kTooManyFields:
      return Fixed("the header has too many lines", limits.header_count, "lines", "header_count");
    case Fault::kHostMissing:
      return "an HTTP/1.1 request needs a Host header";
    case Fault::kHostRepeated:
      return "a request has one Host header, not several";
    case Fault::kHostInvalid:
      return "malformed Host header: expected host or host:port";
    case Fault::kContentLength:
      return "malformed Content-Length: expected one header with one decimal number";
    case Fault::kChunkedIn10:
      return "Transfer-Encoding does not exist in HTTP/1.0";
    case Fault::kTransferEncoding:
      return "malformed Transfer-Encoding: expected one header with the value chunked";
    case Fault::kTransferCoding:
      return "this Transfer-Encoding is not supported: use chunked alone";
    case Fault::kLengthAndChunked:
      return "a request has either Content-Length or Transfer-Encoding, not both";
    case Fault::kExpectation:
      return "this Expect is not supported: 100-continue is";
    case Fault::kBodyTooLarge:
      return BodyTooLarge(limits);
    case Fault::kChunk:
      return "malformed chunked body: expected chunks as RFC 9112 7.1 has them";
    case Fault::kChunkExtraTooLarge:
      return Fixed("the chunk extensions are too long", limits.chunk_extra_bytes, "bytes a request",
                   "chunk_extra_bytes");
    case Fault::kTrailersTooLarge:
      return Fixed("the trailers are too large", limits.trailer_bytes, "bytes", "trailer_bytes");
  }
  MAILROOM_CHECK(false);
  return {};
}

}  // namespace mailroom::http
