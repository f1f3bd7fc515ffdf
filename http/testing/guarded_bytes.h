// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "mailroom/base/bytes.h"

// GuardedBytes: memory whose last byte is followed by a page that nobody may
// touch, so that a parser that looks one byte too far ends the test.
namespace mailroom::http::testing {

class GuardedBytes final {
 public:
  explicit GuardedBytes(size_t capacity);
  ~GuardedBytes();
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  // Copies `bytes` to the end of the memory and spoils what was there before.
  // Valid until the next call. REQUIRES: not more than the capacity.
  BytesView Place(BytesView bytes);

 private:
  size_t usable_;
  size_t mapped_;
  char* base_;
};

}  // namespace mailroom::http::testing
