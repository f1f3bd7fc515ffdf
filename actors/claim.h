// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "mailroom/base/check.h"

// Claim: the one word that says who may run an actor, and whether somebody must.
//
// Posters enqueue first and then set a bit; the worker that takes the actor from
// the run queue clears the bits first and then reads the queues. *Queued* is not
// a bit of its own but follows from the others, so posting is one unconditional
// read-modify-write. Model: docs/models/claim.pml; its README has the proof sketch.
//
// Invariants:
//   1 At most one worker is inside the actor.
//   2 The actor stands in the run queue exactly while its word is Queued(): who
//     turns the word from not queued to queued puts it there, once.
//   3 Nothing posted is forgotten: what the worker did not see is either in the
//     bits it clears at Begin() or makes End() see a changed word.
//   4 While blocked no mail makes the actor run; completions do.
// Memory order: each access is an acq_rel read-modify-write of this word, so the
// chain of them carries the queues' contents from posters to workers and the
// actor's state from worker to worker.
namespace mailroom::actors {

class Claim final {
 public:
  static constexpr uint32_t kRunning = 1;
  static constexpr uint32_t kBlocked = 2;
  static constexpr uint32_t kHasMail = 4;
  static constexpr uint32_t kHasCompletions = 8;

  // Any thread, after the enqueue, with kHasMail or kHasCompletions. True: the
  // caller puts the actor on the run queue, now.
  [[nodiscard]] bool Posted(uint32_t bit) {
    const uint32_t old = word_.fetch_or(bit, std::memory_order_acq_rel);
    return !Queued(old) && Queued(old | bit);
  }

  // The worker that took the actor from the run queue: it is the owner until
  // End(). The bits it took note of.
  [[nodiscard]] uint32_t Begin() {
    const uint32_t old = word_.exchange(kRunning, std::memory_order_acq_rel);
    MAILROOM_DCHECK(Queued(old));
    return old;
  }

  // Owning worker; it touches the actor no more. `rest`: kBlocked when the actor takes no mail
  // now; kHasMail, kHasCompletions unless that queue was seen empty since
  // Begin() noted it. True: the caller puts the actor on the run queue again.
  [[nodiscard]] bool End(uint32_t rest) {
    uint32_t seen = kRunning;
    uint32_t next = rest;
    // relaxed on failure: `seen` is only looked at to compute the next attempt.
    while (!word_.compare_exchange_strong(seen, next, std::memory_order_acq_rel,
                                          std::memory_order_relaxed)) {
      next = rest | (seen & ~kRunning);
    }
    return Queued(next);
  }

 private:
  static bool Runnable(uint32_t word) {
    return (word & kHasCompletions) != 0 || ((word & kHasMail) != 0 && (word & kBlocked) == 0);
  }
  static bool Queued(uint32_t word) { return (word & kRunning) == 0 && Runnable(word); }

  std::atomic<uint32_t> word_{0};
};

}  // namespace mailroom::actors
