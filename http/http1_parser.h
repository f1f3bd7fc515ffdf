// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "mailroom/base/bytes.h"
#include "mailroom/http/fault.h"
#include "mailroom/http/headers.h"
#include "mailroom/http/limits.h"
#include "mailroom/http/line_scan.h"
#include "mailroom/http/request_target.h"

// Http1Parser: the grammar of one HTTP/1.x request, by Boost.Beast, and the
// guard around it. Private; the only file pair that knows Beast (and only its
// .cc does).
//
// Beast 1.74 by itself takes several requests whose framing two servers could
// read differently (docs: RFC 9112 s6). The guard refuses them: one
// `Transfer-Encoding: chunked` and nothing else, never with Content-Length,
// never in HTTP/1.0; one all-digit Content-Length; one valid Host in 1.1.
// An object serves one request after the other and allocates once, when made.
namespace mailroom::http {

struct RequestHead {
  std::string_view method;
  std::string_view target;
  TargetParts parts;
  std::string_view host;
  std::string_view content_type;
  int version_minor = 1;
  bool keep_alive = true;  // RFC 9112 s9.3
  bool expects_continue = false;
  bool chunked = false;
  uint64_t content_length = 0;  // 0 also when absent: then there is no body (s6.3)
};

struct ChunkStep {
  enum class Kind : uint8_t { kNeedMore, kData, kEnd, kBad };
  Kind kind = Kind::kNeedMore;
  BytesView data;       // kData: not empty
  size_t consumed = 0;  // bytes of the input that are done with
  Fault fault = Fault::kNone;
};

class Http1Parser final {
 public:
  Http1Parser();
  ~Http1Parser();
  Http1Parser(const Http1Parser&) = delete;
  Http1Parser& operator=(const Http1Parser&) = delete;

  // Reads a whole head, as HeadScan measured it. Views in *head and *fields
  // point into `block`. *fields is added to.
  Fault ParseHead(BytesView block, const Limits& limits, RequestHead* head, Headers* fields);

  // The next step through a chunked body; `input` begins behind what the steps
  // before consumed. REQUIRES: the last head was chunked, no step said kEnd or
  // kBad since.
  ChunkStep NextChunk(BytesView input, const Limits& limits);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mailroom::http
