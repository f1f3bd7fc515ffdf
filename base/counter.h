// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "mailroom/base/clock.h"

// Counters: numbers with one writer at a time and any reader. They order nothing
// and are consistent with nothing else; server/ops/metrics.cc turns them into
// Prometheus families.
namespace mailroom {

// Adding is a plain add, reading is never torn.
class Counter final {
 public:
  // The writer.
  void Add(uint64_t by = 1) { Set(get() + by); }
  void Sub(uint64_t by = 1) { Set(get() - by); }
  // relaxed, both: a counter orders nothing.
  void Set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  // Any thread.
  uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Durations, counted by fixed upper bounds.
class DurationHistogram final {
 public:
  // The bounds that go-grpc-prometheus users know (Prometheus client defaults),
  // with two finer ones in front: a call here takes microseconds.
  static constexpr std::array<Duration, 13> kBounds = {
      std::chrono::microseconds(100),  std::chrono::milliseconds(1),
      std::chrono::milliseconds(5),    std::chrono::milliseconds(10),
      std::chrono::milliseconds(25),   std::chrono::milliseconds(50),
      std::chrono::milliseconds(100),  std::chrono::milliseconds(250),
      std::chrono::milliseconds(500),  std::chrono::seconds(1),
      std::chrono::milliseconds(2500), std::chrono::seconds(5),
      std::chrono::seconds(10)};

  // The writer. A bound belongs to the bucket that it ends; negative counts as 0.
  void Observe(Duration took) {
    size_t bucket = 0;  // most are in the first
    while (bucket < kBounds.size() && took > kBounds[bucket]) ++bucket;
    buckets_[bucket].Add();
    if (took > Duration::zero()) sum_ns_.Add(static_cast<uint64_t>(took.count()));
  }

  // Any thread. Not cumulative; the last one is above every bound.
  static constexpr size_t kBuckets = kBounds.size() + 1;
  uint64_t bucket(size_t index) const { return buckets_[index].get(); }
  uint64_t sum_ns() const { return sum_ns_.get(); }

 private:
  std::array<Counter, kBuckets> buckets_;
  Counter sum_ns_;
};

}  // namespace mailroom
