// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/clock.h"
#include "mailroom/base/home.h"
#include "mailroom/base/timer_heap.h"

// Runner: the seam over where actors run: on workers (WorkerPool), on the I/O
// actor's own loop (InlineRunner), or when a test says so (ManualRunner).
namespace mailroom::actors {

class Cell;

// A timer of a runner: the empty completion that it posts.
struct RunnerTimer {
  Home* home = nullptr;
  SlotId slot;
};
using RunnerTimers = TimerHeap<RunnerTimer>;

class Runner {
 public:
  // Any thread. `cell` became queued (actors/claim.h) and must run once. Wakes
  // nobody yet when the caller is a worker's batch or a loop's turn: those
  // publish once at their end.
  virtual void Schedule(Cell& cell) noexcept = 0;
  // Any thread. Wakes who is needed for all that was scheduled before.
  virtual void Publish() noexcept = 0;

  // Owning worker of an actor. Posts the empty completion `slot` to `home` at
  // `when` or later, unless cancelled; cancelling what has fired is nothing.
  virtual TimerId StartTimer(TimePoint when, Home& home, SlotId slot) = 0;
  virtual void CancelTimer(TimerId id) = 0;
  virtual const Clock& clock() const = 0;
  // Owning worker. True when runs should end early: what is left is dropped soon.
  virtual bool stopping() const { return false; }

 protected:
  ~Runner() = default;
};

}  // namespace mailroom::actors
