// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "mailroom/base/clock.h"
#include "mailroom/base/post_batch.h"

// Pace: how long the replies of one run may wait for each other.
//
// Replies of quick steps are announced together: when the run ends, or when kPatience
// has passed. A slow step delays the replies before it. So after a step longer than
// kQuick each reply of that actor is announced at once, until kCareful steps in a row
// were quick. Private to actors; owning worker.
namespace mailroom::actors {

class Pace final {
 public:
  // A hop to a sleeping thread and back costs some 25 us of CPU (docs/benchmarks.md,
  // the floors at c1): a wait of a few of those is worth having less of them.
  static constexpr Duration kPatience = std::chrono::microseconds(100);
  // Not less: a step during which the thread lost its CPU is not a slow one.
  static constexpr Duration kQuick = std::chrono::milliseconds(1);
  static constexpr uint32_t kCareful = 256;

  // After kTinyInARow steps under kTiny, skip the clock for kUnseen steps: reading it takes
  // as long as a small step does. If a skipped step waits, the replies before it wait
  // until the clock is read again.
  static constexpr Duration kTiny = std::chrono::microseconds(10);
  static constexpr uint32_t kTinyInARow = 64;
  static constexpr int kUnseen = 3;

  // What an actor's last steps were like; its own, from run to run.
  struct Past {
    uint32_t careful = 0;  // steps until it counts as quick again
    uint32_t tiny = 0;     // in a row, up to kTinyInARow
  };

  // For one run.
  Pace(const Clock& clock, Past* past) : batch_(PostBatch::Current()), clock_(clock), past_(past) {
    if (batch_ != nullptr) flushed_ = stepped_ = clock_.Now();
  }

  // When the current step began. While the clock is skipped: when one of the kUnseen steps
  // before it began.
  TimePoint stepped() const { return stepped_; }

  // After each step.
  void StepDone() {
    if (batch_ == nullptr) return;  // nobody sleeps: the actor runs on the loop
    if (unseen_ > 0) {
      --unseen_;
      return;
    }
    const TimePoint now = clock_.Now();
    Judge(now - stepped_);
    stepped_ = now;
    if (past_->careful == 0 && now - flushed_ < kPatience) return;
    batch_->Flush();
    // The woken thread may have preempted us: read the clock again.
    flushed_ = stepped_ = clock_.Now();
  }

 private:
  // `took` is the time of one step, or of 1 + kUnseen of them when they were skipped.
  void Judge(Duration took) {
    if (took > kQuick) {
      past_->careful = kCareful;
    } else if (past_->careful > 0) {
      --past_->careful;
    }
    past_->tiny = took < kTiny ? std::min(past_->tiny + 1, kTinyInARow) : 0;
    if (past_->careful == 0 && past_->tiny == kTinyInARow) unseen_ = kUnseen;
  }

  PostBatch* const batch_;
  const Clock& clock_;
  Past* const past_;
  TimePoint flushed_;
  TimePoint stepped_;
  int unseen_ = 0;  // steps until the clock is read again
};

}  // namespace mailroom::actors
