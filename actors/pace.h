// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "mailroom/base/clock.h"
#include "mailroom/base/post_batch.h"

// Pace: how long the replies of one run may wait for each other.
//
// Replies of quick steps are announced together, when the run ends or kPatience
// has passed. A step that waits for something must not hold the replies of those
// before it: after one that took longer than kQuick its actor announces each reply
// at once, until it has been quick for kCareful steps. Private to actors; owning
// worker.
namespace mailroom::actors {

class Pace final {
 public:
  // A hop to a sleeping thread and back costs some 25 us of CPU (docs/benchmarks.md,
  // the floors at c1): a wait of a few of those is worth having less of them.
  static constexpr Duration kPatience = std::chrono::microseconds(100);
  // Not less: a step during which the thread lost its CPU is not a slow one.
  static constexpr Duration kQuick = std::chrono::milliseconds(1);
  static constexpr uint32_t kCareful = 256;

  // Behind a step as quick as this so many go unseen: a look at the clock takes as
  // long as a small step does. If one of those waits, so do the replies before it,
  // for the rest of them.
  static constexpr Duration kTiny = std::chrono::microseconds(10);
  static constexpr int kUnseen = 3;

  // For one run. `careful` is the actor's: steps until it counts as quick again.
  Pace(const Clock& clock, uint32_t* careful)
      : batch_(PostBatch::Current()), clock_(clock), careful_(careful) {
    if (batch_ != nullptr) flushed_ = stepped_ = clock_.Now();
  }

  // When the step that begins now does so, where that is known.
  TimePoint stepped() const { return stepped_; }

  // After each step.
  void StepDone() {
    if (batch_ == nullptr) return;  // nobody sleeps: the actor runs on the loop
    if (unseen_ > 0) {
      --unseen_;
      return;
    }
    const TimePoint now = clock_.Now();
    // Several such steps are shorter than a look at the clock is worth.
    if (*careful_ == 0 && now - stepped_ < kTiny) unseen_ = kUnseen;
    if (now - stepped_ > kQuick) {
      *careful_ = kCareful;
    } else if (*careful_ > 0) {
      --*careful_;
    }
    stepped_ = now;
    if (*careful_ == 0 && now - flushed_ < kPatience) return;
    batch_->Flush();
    // Whom this woke may have taken the CPU.
    flushed_ = stepped_ = clock_.Now();
  }

 private:
  PostBatch* const batch_;
  const Clock& clock_;
  uint32_t* const careful_;
  TimePoint flushed_;
  TimePoint stepped_;
  int unseen_ = 0;  // steps until the clock is read again
};

}  // namespace mailroom::actors
