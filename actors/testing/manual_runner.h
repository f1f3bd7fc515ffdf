// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>

#include "mailroom/actors/runner.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/timer_heap.h"

// ManualRunner: nothing runs until the test says so (after CAF's deterministic
// fixture). One thread, a clock that stands still.
//
//     ManualRunner runner;
//     Cell cell("counter", 64, std::make_unique<Counter>(), runner);
//     ... post mail ...
//     EXPECT_EQ(runner.queued(), 1u);
//     runner.RunOne();                      // exactly one cell, once
//     runner.Advance(std::chrono::seconds(1));  // fires timers, runs nothing
//     runner.RunUntilIdle();
namespace mailroom::actors::testing {

class ManualRunner final : public Runner {
 public:
  // Runs the cell that was queued first, once. False when none is queued.
  bool RunOne();
  // Runs cells until none is queued; how many runs that took.
  size_t RunUntilIdle();
  // Moves the clock and posts what became due, in order.
  void Advance(Duration by);

  size_t queued() const { return queue_.size(); }
  size_t pending_timers() const { return timers_.size(); }
  // Calls of Publish(): what a real runner would have answered with a wake.
  size_t published() const { return published_; }
  FakeClock& fake_clock() { return clock_; }

  void Schedule(Cell& cell) noexcept override { queue_.push_back(&cell); }
  void Publish() noexcept override { ++published_; }
  TimerId StartTimer(TimePoint when, Home& home, SlotId slot) override;
  void CancelTimer(TimerId id) override { timers_.Cancel(id); }
  const Clock& clock() const override { return clock_; }

 private:
  FakeClock clock_;
  std::deque<Cell*> queue_;
  RunnerTimers timers_;
  size_t published_ = 0;
};

}  // namespace mailroom::actors::testing
