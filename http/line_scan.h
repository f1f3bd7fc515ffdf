// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "mailroom/base/bytes.h"
#include "mailroom/http/fault.h"
#include "mailroom/http/limits.h"

// LineScan: finds where a head, a chunk line or the trailers end, before Beast
// sees them. Private.
//
// Beast is handed whole structures only, so it never stops half way and its
// resumption code (where 1.74 has an assertion that a peer can reach, and a
// search without bound for the end of a chunk extension) is never entered.
// What is judged here: line ends (CRLF, no bare LF), folded lines, and bounds.
//
// Invariants:
// 1. No byte is looked at twice, however the input arrives in pieces, but for
//    the one or two in front of a line's LF and the first of its line.
// 2. The verdict depends on the bytes alone, not on how they were cut: faults
//    are found in the order of their places.
// Both take the same input again, grown at its end, until they are done.
namespace mailroom::http {

enum class Progress : uint8_t { kDone, kNeedMore, kBad };

struct FieldBounds {
  size_t bytes;  // of all lines, the empty one not counted
  size_t lines;
  Fault too_large;  // the fault when `bytes` is passed
};

// Field lines up to and with the empty line that ends them.
class FieldScan {
 public:
  Progress Scan(BytesView block, const FieldBounds& bounds, Fault* fault);
  // After kDone: the size of the block with its empty line.
  size_t size() const { return line_; }

 private:
  uint32_t scanned_ = 0;  // [0, scanned_) has been looked at
  uint32_t line_ = 0;     // where the current line begins
  uint32_t lines_ = 0;
};

// Request line and field lines.
class HeadScan {
 public:
  Progress Scan(BytesView input, const Limits& limits, Fault* fault);
  // After kDone: the size of the head with its empty line.
  size_t size() const { return request_line_ + fields_.size(); }
  // Likewise: the size of the request line with its CRLF.
  size_t request_line() const { return request_line_; }
  // True once a byte of the head has been seen.
  bool begun() const { return request_line_ > 0; }

 private:
  Progress ScanRequestLine(BytesView input, size_t limit, Fault* fault);

  uint32_t request_line_ = 0;  // bytes of it seen; its size once it is whole
  FieldScan fields_;
  bool line_done_ = false;
};

// What stands between two chunks' data: the CRLF of the last one, the next
// one's size and extensions; behind a size of zero also the trailers.
class ChunkScan {
 public:
  Progress Scan(BytesView input, const Limits& limits, Fault* fault);
  // After kDone: the size of what was found.
  size_t size() const { return line_ + trailers_.size(); }
  // Go on to the next chunk, behind its data.
  void StartNext();

 private:
  Progress ScanLine(BytesView input, size_t extra_limit, Fault* fault);
  Fault JudgeLine(BytesView line);

  size_t prefix_ = 0;  // 2 once a chunk's data, and its CRLF, come first
  size_t scanned_ = 0;
  size_t line_ = 0;   // the size of the chunk line once it is whole
  size_t extra_ = 0;  // bytes beyond a plain chunk line, of the whole body
  bool is_last_ = false;
  FieldScan trailers_;
};

}  // namespace mailroom::http
