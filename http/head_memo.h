// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "mailroom/base/bytes.h"
#include "mailroom/http/engine.h"
#include "mailroom/http/headers.h"
#include "mailroom/http/http1_parser.h"

// HeadMemo: the request heads that a loop has parsed last. Private.
//
// Callers repeat themselves: one client library that calls one method sends the
// same head again and again, to the last byte, on all of its connections. What a
// head means depends on its bytes alone (and on limits, which are one loop's
// constants), so a head that is remembered is compared, a few bytes an
// instruction, instead of being parsed. A head that differs anywhere (another
// length, a trace id) is parsed as ever.
//
// One per Http1Pool. Loop thread only.
//
// Invariants:
//   1 What Recall() finds says exactly what parsing would: a remembered head was
//     whole and without fault, and ends with its empty line, so no other head
//     begins with it.
//   2 It points into its own bytes, which stay until another is kept in its place.
//   3 At most kHeads heads of at most kLongest bytes are kept.
//   4 No number is given twice.
namespace mailroom::http {

class HeadMemo final {
 public:
  HeadMemo() = default;
  HeadMemo(const HeadMemo&) = delete;
  HeadMemo& operator=(const HeadMemo&) = delete;

  static constexpr size_t kHeads = kKnownHeads;
  static constexpr size_t kLongest = 1024;

  // A head that was parsed; valid until the next Keep().
  struct Known {
    std::string block;  // its bytes
    RequestHead head;   // views into `block`, or into static storage
    Headers fields;
    uint64_t number = 0;  // names these bytes for as long as the memo lives
  };

  // The remembered head that `input` begins with, or null.
  const Known* Recall(BytesView input) const;

  // Remembers a head that was parsed without fault, in place of the oldest. Not one
  // with a chunked body: its parser has a state beside what it says.
  void Keep(BytesView block, const RequestHead& head, const Headers& fields);

 private:
  std::array<Known, kHeads> known_;
  uint64_t kept_ = 0;  // heads so far; the next takes the oldest one's place
};

}  // namespace mailroom::http
