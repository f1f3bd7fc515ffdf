// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/testing/manual_runner.h"

#include <optional>

#include "mailroom/actors/cell.h"

namespace mailroom::actors::testing {

bool ManualRunner::RunOne() {
  if (queue_.empty()) return false;
  Cell* const cell = queue_.front();
  queue_.pop_front();
  if (cell->Run()) Schedule(*cell);
  return true;
}

size_t ManualRunner::RunUntilIdle() {
  size_t runs = 0;
  while (RunOne()) ++runs;
  return runs;
}

void ManualRunner::Advance(Duration by) {
  clock_.Advance(by);
  while (std::optional<RunnerTimer> due = timers_.PopDue(clock_.Now())) {
    due->home->Post(Completion{due->slot, nullptr});
  }
}

TimerId ManualRunner::StartTimer(TimePoint when, Home& home, SlotId slot) {
  return timers_.Add(when, RunnerTimer{&home, slot});
}

}  // namespace mailroom::actors::testing
