// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mailroom/base/clock.h"
#include "mailroom/http/headers.h"

// The bytes of an HTTP/1.1 answer, appended to a string. Private: the engine
// decides what is written, this file how.
//
// No caller can split an answer. In field values control characters (CR, LF and
// NUL above all) are written as spaces, as RFC 9110 s5.5 asks of recipients; a
// field whose name is no token is left out. So are fields that the engine owns
// (connection, content-length, date, keep-alive, transfer-encoding): a second
// copy would contradict it.
namespace mailroom::http {

// How the end of an answer's body is known (RFC 9112 s6.3).
enum class BodyFraming : uint8_t { kNone, kLength, kChunked, kUntilClose };

// What the answer says about the connection; kSilent is 1.1's keep-alive.
enum class Persistence : uint8_t { kSilent, kClose, kKeepAlive };

// "date: ...\r\n" of the second it was last asked for.
class DateLine {
 public:
  // Valid until the next call.
  std::string_view Get(WallTime now);
  int64_t second() const { return second_; }

 private:
  int64_t second_ = INT64_MIN;
  std::array<char, 37> text_{};
};

struct HeadLines {
  int status = 200;
  Persistence persistence = Persistence::kSilent;
  BodyFraming framing = BodyFraming::kNone;
  bool has_length = false;  // content-length is written (also for HEAD)
  size_t content_length = 0;
  std::string_view content_type;
  const Headers* headers = nullptr;
};

void WriteHead(const HeadLines& head, std::string_view date_line, std::string* out);

// Writes heads, byte for byte as WriteHead does, from templates where it can: of the
// heads that nearly all answers have nothing changes within a second but the length.
// One per loop.
class HeadWriter {
 public:
  void Write(const HeadLines& head, WallTime now, std::string* out);
  // Valid until the next call.
  std::string_view DateField(WallTime now) { return date_line_.Get(now); }

 private:
  // 200, a length, a content type, and nothing else to say.
  struct Template {
    int64_t second = INT64_MIN;
    std::string content_type;
    std::string text;  // with a length of one digit
  };

  DateLine date_line_;
  std::array<Template, 4> templates_;  // by the content type's length
};

void WriteContinue(std::string* out);
// What stands in front of a chunk's bytes; CRLF follows them. REQUIRES: size > 0.
void WriteChunkSize(size_t size, std::string* out);
// The last chunk; `trailers` may be null.
void WriteLastChunk(const Headers* trailers, std::string* out);

}  // namespace mailroom::http
