// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"

// What the hall counts. One writer each (the loop's thread), any reader: single
// numbers that order nothing. metrics.cc turns them into Prometheus families.
namespace mailroom::server {

// A number with one writer: adding is a plain add, reading is never torn.
class Counter final {
 public:
  // The writer's thread.
  void Add(uint64_t by = 1) { Set(get() + by); }
  void Sub(uint64_t by = 1) { Set(get() - by); }
  // relaxed, both: a counter orders nothing.
  void Set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  // Any thread.
  uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// A histogram with fixed upper bounds, in seconds.
class LatencyHistogram final {
 public:
  // The bounds that go-grpc-prometheus users know (Prometheus client defaults),
  // with two finer ones in front: a call here takes microseconds.
  static constexpr std::array<double, 13> kBounds = {0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                     0.25,   0.5,   1,     2.5,  5,     10};
  void Observe(Duration took);
  // Not cumulative; the last is above every bound.
  std::array<Counter, kBounds.size() + 1> buckets;
  Counter sum_ns;
};

// Per method.
struct MethodCounters {
  Counter started;
  std::array<Counter, kCodeCount> handled;
  Counter received;  // messages
  Counter sent;
  LatencyHistogram latency;
};

// Why a request was shed.
enum class Shed : uint8_t { kMailboxFull, kDraining, kTooManyConnections, kTooManyCalls };
inline constexpr size_t kShedReasons = 4;
const char* ShedName(Shed reason);

// Why a call's slot was released before its reply came.
enum class Released : uint8_t { kReset, kDeadline, kClosed };
inline constexpr size_t kReleaseReasons = 3;
const char* ReleasedName(Released reason);

// Why a connection was evicted.
enum class Evicted : uint8_t { kHeader, kBody, kIdle, kWrite };
inline constexpr size_t kEvictReasons = 4;
const char* EvictedName(Evicted reason);

// Per I/O actor. At rest: dispatched = attached + stale, and stale = the sum of
// released.
struct IoCounters {
  Counter dispatched;  // envelopes that left for an actor
  Counter attached;    // replies that found their call
  Counter stale;       // replies that came too late, dropped
  std::array<Counter, kReleaseReasons> released;
  std::array<Counter, kShedReasons> shed;
  std::array<Counter, kEvictReasons> evicted;
  // States of connections; their sum is what is open.
  Counter connections_idle;
  Counter connections_reading;
  Counter connections_frozen;
  Counter calls;  // call slots in use
  Counter accepted;
  Counter refused_http;  // requests the engine refused (4xx, 5xx before routing)
  Counter turns;
  Counter reads;
  Counter writes;
  Counter bytes_in;
  Counter bytes_out;
};

}  // namespace mailroom::server
