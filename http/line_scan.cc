// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/line_scan.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "mailroom/http/char_class.h"

namespace mailroom::http {
namespace {

// A chunk size has at most 16 digits that mean something; more bytes on its
// line (extensions, zeros in front) are counted against Limits::chunk_extra_bytes.
constexpr size_t kPlainChunkLine = 16;
// The first byte of a TLS record that carries a handshake (RFC 8446 s5.1).
constexpr char kTlsHandshake = 0x16;

Progress Bad(Fault why, Fault* fault) {
  *fault = why;
  return Progress::kBad;
}

// The place of the first LF in [from, to), or `to`.
size_t FindLf(BytesView input, size_t from, size_t to) {
  const void* found = std::memchr(input.data() + from, '\n', to - from);
  if (found == nullptr) return to;
  return static_cast<size_t>(static_cast<const char*>(found) - input.data());
}

Fault JudgeFirstByte(char first) {
  if (Is(kTokenChar, first)) return Fault::kNone;
  if (first == kTlsHandshake) return Fault::kTlsHello;
  if (first == '\n') return Fault::kBareLf;
  return Fault::kNotHttp;
}

// RFC 9112 s2.3. Looked at as soon as the line ends: a client that speaks
// another version may wait for an answer before it sends more.
Fault JudgeVersion(BytesView line) {
  constexpr std::string_view kShape = " HTTP/1.1";
  if (line.size() < kShape.size()) return Fault::kRequestLine;
  const BytesView version = line.substr(line.size() - kShape.size());
  if (version == kShape) return Fault::kNone;
  if (version.substr(0, 6) != " HTTP/" || !Is(kDigitChar, version[6]) || version[7] != '.' ||
      !Is(kDigitChar, version[8])) {
    return Fault::kRequestLine;
  }
  // A later minor version is read as 1.1 (RFC 9110 s2.5).
  if (version[6] == '1') return Fault::kNone;
  return line == "PRI * HTTP/2.0" ? Fault::kHttp2Preface : Fault::kVersion;
}

}  // namespace

Progress FieldScan::Scan(BytesView block, const FieldBounds& bounds, Fault* fault) {
  const size_t end = bounds.bytes + 2;
  const size_t stop = std::min(block.size(), end);
  for (;;) {
    const size_t lf = FindLf(block, scanned_, stop);
    if (lf == stop) break;
    if (lf == line_ || block[lf - 1] != '\r') return Bad(Fault::kBareLf, fault);
    const char first = block[line_];
    const bool empty = lf == line_ + 1;
    line_ = scanned_ = static_cast<uint32_t>(lf + 1);
    if (empty) return Progress::kDone;
    if (first == ' ' || first == '\t') return Bad(Fault::kFolded, fault);
    if (++lines_ > bounds.lines) return Bad(Fault::kTooManyFields, fault);
  }
  scanned_ = static_cast<uint32_t>(stop);
  return stop == end ? Bad(bounds.too_large, fault) : Progress::kNeedMore;
}

Progress HeadScan::Scan(BytesView input, const Limits& limits, Fault* fault) {
  if (!line_done_) {
    const Progress line = ScanRequestLine(input, limits.request_line, fault);
    if (line != Progress::kDone) return line;
    line_done_ = true;
  }
  return fields_.Scan(input.substr(request_line_),
                      {limits.header_bytes, limits.header_count, Fault::kFieldsTooLarge}, fault);
}

Progress HeadScan::ScanRequestLine(BytesView input, size_t limit, Fault* fault) {
  if (input.empty()) return Progress::kNeedMore;
  if (request_line_ == 0) {
    const Fault first = JudgeFirstByte(input[0]);
    if (first != Fault::kNone) return Bad(first, fault);
  }
  const size_t stop = std::min(input.size(), limit + 2);
  const size_t lf = FindLf(input, request_line_, stop);
  request_line_ = static_cast<uint32_t>(std::min(lf + 1, stop));
  if (lf == stop) {
    if (stop < limit + 2) return Progress::kNeedMore;
    const bool in_method = input.substr(0, stop).find(' ') == BytesView::npos;  // RFC 9112 s3
    return Bad(in_method ? Fault::kMethodTooLong : Fault::kRequestLineTooLong, fault);
  }
  if (input[lf - 1] != '\r') return Bad(Fault::kBareLf, fault);
  const Fault version = JudgeVersion(input.substr(0, lf - 1));
  return version == Fault::kNone ? Progress::kDone : Bad(version, fault);
}

Progress ChunkScan::Scan(BytesView input, const Limits& limits, Fault* fault) {
  if (line_ == 0) {
    const Progress line = ScanLine(input, limits.chunk_extra_bytes, fault);
    if (line != Progress::kDone) return line;
  }
  if (!is_last_) return Progress::kDone;
  return trailers_.Scan(input.substr(line_),
                        {limits.trailer_bytes, limits.header_count, Fault::kTrailersTooLarge},
                        fault);
}

void ChunkScan::StartNext() {
  prefix_ = 2;
  scanned_ = line_ = 0;
}

Progress ChunkScan::ScanLine(BytesView input, size_t extra_limit, Fault* fault) {
  constexpr std::string_view kCrLf = "\r\n";
  for (; scanned_ < prefix_; ++scanned_) {
    if (scanned_ == input.size()) return Progress::kNeedMore;
    if (input[scanned_] != kCrLf[scanned_]) return Bad(Fault::kChunk, fault);
  }
  if (scanned_ == input.size()) return Progress::kNeedMore;
  if (scanned_ == prefix_ && !Is(kHexChar, input[prefix_])) return Bad(Fault::kChunk, fault);
  const size_t end = prefix_ + kPlainChunkLine + (extra_limit - extra_) + 2;
  const size_t stop = std::min(input.size(), end);
  const size_t lf = FindLf(input, scanned_, stop);
  scanned_ = stop;
  if (lf == stop) {
    return stop == end ? Bad(Fault::kChunkExtraTooLarge, fault) : Progress::kNeedMore;
  }
  if (input[lf - 1] != '\r') return Bad(Fault::kBareLf, fault);
  line_ = lf + 1;
  const Fault judged = JudgeLine(input.substr(prefix_, lf - 1 - prefix_));
  return judged == Fault::kNone ? Progress::kDone : Bad(judged, fault);
}

// Beast reads size and extensions; here: whether this is the last chunk, and
// control characters, which Beast lets pass in a quoted extension.
Fault ChunkScan::JudgeLine(BytesView line) {
  if (line.size() > kPlainChunkLine) extra_ += line.size() - kPlainChunkLine;
  if (!AllAre(kTextChar, line)) return Fault::kChunk;
  const size_t digits = std::min(line.find_first_not_of('0'), line.size());
  is_last_ = digits == line.size() || !Is(kHexChar, line[digits]);
  return Fault::kNone;
}

}  // namespace mailroom::http
