// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "mailroom/base/home.h"

// PostBatch: the homes that a thread has posted to and not woken yet.
//
// A wake costs more than a small call. While a worker has a batch open, the homes it
// posts to, up to 16, are woken by Flush() alone: one wake for all replies of a run. A home asks
// Current() in its Post(). actors/pace.h bounds how long replies wait for the flush.
//
// Owned by the thread that opened it and used by it alone.
namespace mailroom {

class PostBatch final {
 public:
  // Opens a batch for this thread. REQUIRES: none is open.
  PostBatch();
  // Flushes.
  ~PostBatch();
  PostBatch(const PostBatch&) = delete;
  PostBatch& operator=(const PostBatch&) = delete;

  // The calling thread's open batch, or null.
  static PostBatch* Current();

  // After the enqueue. False when there is no room for another home: the caller
  // wakes it now.
  [[nodiscard]] bool Add(Home& home) noexcept;
  bool empty() const { return count_ == 0; }
  // Wakes each home once.
  void Flush() noexcept;

 private:
  // One for each loop that a run of one actor answers; more than that is rare.
  static constexpr size_t kHomes = 16;

  std::array<Home*, kHomes> homes_;
  size_t count_ = 0;
};

}  // namespace mailroom
