// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/inline_runner.h"

#include <array>
#include <utility>

#include "mailroom/actors/cell.h"

namespace mailroom::actors {

InlineRunner::InlineRunner(const Clock& clock, std::function<void()> wake)
    : clock_(clock), wake_(std::move(wake)) {}

void InlineRunner::Schedule(Cell& cell) noexcept { run_queue_.Push(QueueItem{0, &cell}); }

TimerId InlineRunner::StartTimer(TimePoint when, Home& home, SlotId slot) {
  return timers_.Add(when, RunnerTimer{&home, slot});
}

bool InlineRunner::RunQueued() {
  if (!timers_.empty()) {
    const TimePoint now = clock_.Now();
    while (std::optional<RunnerTimer> due = timers_.PopDue(now)) {
      due->home->Post(Completion{due->slot, nullptr});
    }
  }
  // What is queued while these run waits for the next round: each cell once.
  std::array<QueueItem, 64> batch;
  const size_t count = run_queue_.TryPopBulk(batch.data(), batch.size());
  for (size_t i = 0; i < count; ++i) {
    Cell* const cell = static_cast<Cell*>(batch[i].pointer);
    if (cell->Run()) Schedule(*cell);
  }
  return count > 0;
}

}  // namespace mailroom::actors
