// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "mailroom/http/limits.h"

// Fault: why a request is refused before anybody has read it. Private.
//
// The parsers name a fault, which costs nothing; its HTTP status and its text
// are looked up only when the answer is written. The text goes to the client:
// it says what is wrong and which limit was met; what raises the limit comes from
// whoever set it (http/limits.h).
namespace mailroom::http {

enum class Fault : uint8_t {
  kNone,
  kNotHttp,
  kTlsHello,
  kHttp2Preface,
  kVersion,
  kRequestLine,
  kRequestLineTooLong,
  kMethodTooLong,
  kEmptyLines,
  kTarget,
  kConnect,
  kHttpsTarget,
  kBareLf,
  kFolded,
  kField,
  kFieldsTooLarge,
  kTooManyFields,
  kHostMissing,
  kHostRepeated,
  kHostInvalid,
  kContentLength,
  kChunkedIn10,
  kTransferEncoding,
  kTransferCoding,
  kLengthAndChunked,
  kExpectation,
  kBodyTooLarge,
  kChunk,
  kChunkExtraTooLarge,
  kTrailersTooLarge,
};

int FaultStatus(Fault fault);
std::string FaultText(Fault fault, const Limits& limits);

}  // namespace mailroom::http
