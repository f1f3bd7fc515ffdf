// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

// SlotId: the one way in this house to say "that thing, if it is still there".
//
// 64 bits: kind (4), loop (8), index (20), generation (32). A generation is odd
// while its slot lives and even while it is free, so an id that was ever valid
// is never confused with a free slot; SlotTable retires a slot whose generation
// would wrap. The same id is the poller's token, a call's return address, a
// timer's target and a suspended coroutine's name.
// Inspired by brpc's versioned ids (src/brpc/versioned_ref_with_id.h).
namespace mailroom {

enum class SlotKind : uint8_t {
  kNone = 0,
  kListener = 1,
  kConnection = 2,
  kWake = 3,
  kSignal = 4,
  kDescriptor = 5,  // a descriptor that is no connection
  kCall = 6,
  kTimer = 7,
  kJob = 8,
  kSuspension = 9,
};

class SlotId {
 public:
  static constexpr uint32_t kMaxIndex = (1u << 20) - 1;

  constexpr SlotId() = default;  // names nothing
  constexpr SlotId(SlotKind kind, uint8_t loop, uint32_t index, uint32_t generation)
      : word_((static_cast<uint64_t>(kind) << 60) | (static_cast<uint64_t>(loop) << 52) |
              (static_cast<uint64_t>(index & kMaxIndex) << 32) | generation) {}

  // The round trip through an epoll token or a log line.
  static constexpr SlotId FromWord(uint64_t word) {
    SlotId id;
    id.word_ = word;
    return id;
  }
  constexpr uint64_t word() const { return word_; }

  constexpr SlotKind kind() const { return static_cast<SlotKind>(word_ >> 60); }
  constexpr uint8_t loop() const { return static_cast<uint8_t>(word_ >> 52); }
  constexpr uint32_t index() const { return static_cast<uint32_t>(word_ >> 32) & kMaxIndex; }
  constexpr uint32_t generation() const { return static_cast<uint32_t>(word_); }

  constexpr explicit operator bool() const { return word_ != 0; }
  friend constexpr bool operator==(SlotId, SlotId) = default;

 private:
  uint64_t word_ = 0;
};

// Spelled by purpose where the reader gains from it.
using ConnectionId = SlotId;
using CallId = SlotId;

}  // namespace mailroom

template <>
struct std::hash<mailroom::SlotId> {
  size_t operator()(mailroom::SlotId id) const noexcept {
    // Fibonacci hashing: spreads the index bits, which sit in the middle.
    return static_cast<size_t>(id.word() * 0x9E3779B97F4A7C15ull);
  }
};
