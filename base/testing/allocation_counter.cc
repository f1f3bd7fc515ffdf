// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/testing/allocation_counter.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_THREAD__)
#define MAILROOM_REPLACES_NEW 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MAILROOM_REPLACES_NEW 0
#endif
#endif
#ifndef MAILROOM_REPLACES_NEW
#define MAILROOM_REPLACES_NEW 1
#endif

namespace mailroom::testing {
namespace {

// Written by its thread alone, read by any.
thread_local std::atomic<uint64_t> t_count{0};
thread_local uint64_t t_bytes = 0;

[[maybe_unused]] void* Allocate(size_t size, size_t alignment) {
  t_count.store(t_count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  t_bytes += size;
  const size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* memory = alignment > alignof(std::max_align_t) ? std::aligned_alloc(alignment, rounded)
                                                       : std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

// Asked, not known: a sanitizer that is linked before this library keeps its own.
const bool AllocationCounter::kCounts = [] {
  const AllocationCounter allocations;
  // A call by its name, unlike a new-expression, may not be left out.
  ::operator delete(::operator new(1));
  return allocations.count() > 0;
}();

ThreadAllocations::ThreadAllocations() : count_(t_count) {}

AllocationCounter::AllocationCounter() : first_count_(t_count), first_bytes_(t_bytes) {}
uint64_t AllocationCounter::count() const { return t_count - first_count_; }
uint64_t AllocationCounter::bytes() const { return t_bytes - first_bytes_; }

}  // namespace mailroom::testing

#if MAILROOM_REPLACES_NEW
// The array and nothrow forms come here by the standard's defaults.
void* operator new(size_t size) { return mailroom::testing::Allocate(size, 1); }
void* operator new(size_t size, std::align_val_t alignment) {
  return mailroom::testing::Allocate(size, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
#endif
