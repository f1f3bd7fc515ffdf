// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

// AllocationCounter: proves that a stretch of code asks the heap for nothing.
//
//     AllocationCounter allocations;
//     table.Find(id);
//     EXPECT_EQ(allocations.count(), 0u);
//
// Linking it replaces the program's operator new and delete (malloc and free stay as
// they are), so it belongs to tests and benches. Counts the calling thread only.
// Where a sanitizer's own operators win it counts nothing.
namespace mailroom::testing {

class AllocationCounter final {
 public:
  // Whether a count above zero can be expected in this build.
  static const bool kCounts;

  AllocationCounter();

  // Calls of operator new by this thread since the constructor.
  uint64_t count() const;
  // Bytes asked for by them.
  uint64_t bytes() const;

 private:
  uint64_t first_count_;
  uint64_t first_bytes_;
};

// The calls of operator new by one thread, for others to read: what a loop asks
// for while its clients run elsewhere. Any thread, while that thread lives.
class ThreadAllocations final {
 public:
  // Of the calling thread.
  ThreadAllocations();

  uint64_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  const std::atomic<uint64_t>& count_;
};

}  // namespace mailroom::testing
