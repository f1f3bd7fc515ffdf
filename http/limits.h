// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

// The bounds of one HTTP request. A refusal names the limit that was met.
namespace mailroom::http {

struct Limits {
  size_t request_line = 8 * 1024;       // bytes; 414. RFC 9112 s3 asks for 8000 at least
  size_t header_bytes = 16 * 1024;      // all field lines together; 431
  size_t header_count = 100;            // field lines, and trailer lines; 431
  size_t body_bytes = 4 * 1024 * 1024;  // after chunk decoding; 413. gRPC's usual 4 MiB
  // What raises body_bytes, in the words of whoever set it: the end of the refusal's
  // text. Static text; empty when nothing does.
  std::string_view body_advice = {};
  size_t chunk_extra_bytes = 4 * 1024;  // chunk extensions of one body; 413 (RFC 9112 s7.1.1)
  size_t trailer_bytes = 4 * 1024;      // all trailer lines together; 431
  size_t requests = 0;                  // of one connection, which then closes; 0: no limit
};

}  // namespace mailroom::http
