// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "mailroom/actors/runner.h"
#include "mailroom/base/mpsc_queue.h"
#include "mailroom/base/timer_heap.h"

// InlineRunner: cells run on one loop's own thread, in step 5 of its turn.
//
// What `workers = 0` means. The same cells, claims and mailboxes as with a pool:
// there is no second code path. A handler that blocks stalls its loop.
// Owned by the I/O actor, on whose loop it runs.
namespace mailroom::actors {

class InlineRunner final : public Runner {
 public:
  // `clock` outlives the runner. `wake` is called from any thread by Publish():
  // it makes the loop turn.
  InlineRunner(const Clock& clock, std::function<void()> wake);

  // Loop thread. Fires due timers and runs what is queued, each cell once. True
  // when a cell ran.
  bool RunQueued();
  // Loop thread. True when no cell is queued, as far as was published.
  bool idle() const { return run_queue_.SizeApprox() == 0; }
  // Loop thread. When RunQueued has a timer to fire.
  TimePoint NextDeadline() const { return timers_.NextDeadline(); }

  // Runner. Schedule and Publish: any thread. Timers: loop thread.
  void Schedule(Cell& cell) noexcept override;
  void Publish() noexcept override { wake_(); }
  TimerId StartTimer(TimePoint when, Home& home, SlotId slot) override;
  void CancelTimer(TimerId id) override { timers_.Cancel(id); }
  const Clock& clock() const override { return clock_; }

 private:
  const Clock& clock_;
  const std::function<void()> wake_;
  MpscQueue run_queue_;
  RunnerTimers timers_;
};

}  // namespace mailroom::actors
