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
  // Any thread. `cell` became queued (actors/claim.h) and must run once. Wakes no worker:
  // the caller calls Publish() after the last Schedule() of its turn or run.
  virtual void Schedule(Cell& cell) noexcept = 0;
  // Any thread. Wakes as many as it takes to run what was scheduled before; for a worker
  // the wake may wait for the end of its run.
  virtual void Publish() noexcept = 0;

  // Owning worker of an actor. Posts the empty completion `slot` to `home` at
  // `when` or later, unless cancelled; cancelling a timer that has
  // fired does nothing.
  virtual TimerId StartTimer(TimePoint when, Home& home, SlotId slot) = 0;
  virtual void CancelTimer(TimerId id) = 0;
  virtual const Clock& clock() const = 0;
  // Owning worker. True when runs should end early: what is left is dropped soon.
  virtual bool stopping() const { return false; }

 protected:
  ~Runner() = default;
};

}  // namespace mailroom::actors
