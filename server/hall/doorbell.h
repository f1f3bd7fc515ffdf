// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

// Doorbell: whether a post must wake the loop. Model: docs/models/io_mailbox.pml.
//
// Posters enqueue and then Ring(). The loop says Sleep() before it waits, looks
// at its mailbox once more, and says Awake() after the wait. Only the ring that
// finds the loop asleep costs a system call; while the loop is awake a post is
// one read-modify-write.
//
// Invariants:
//   1 A post either is seen by the look that follows Sleep(), or its Ring() finds
//     the loop asleep: both are read-modify-writes of one word.
//   2 At most one Ring() between two Sleep()s returns true.
namespace mailroom::server {

class Doorbell final {
 public:
  // Any thread, after the enqueue. True: the caller wakes the poller, now.
  [[nodiscard]] bool Ring() { return state_.exchange(kRung, std::memory_order_acq_rel) == kAsleep; }
  // Loop thread. A look at the mailbox follows.
  void Sleep() { state_.exchange(kAsleep, std::memory_order_acq_rel); }
  // Loop thread. Idempotent.
  void Awake() { state_.exchange(kAwake, std::memory_order_acq_rel); }

 private:
  static constexpr uint32_t kAwake = 0;
  static constexpr uint32_t kAsleep = 1;
  static constexpr uint32_t kRung = 2;
  std::atomic<uint32_t> state_{kAwake};
};

}  // namespace mailroom::server
