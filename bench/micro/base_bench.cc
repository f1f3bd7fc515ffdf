// SPDX-License-Identifier: Apache-2.0
// The timer heap and the slot table, with as many live entries as there may be calls.

#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "mailroom/base/check.h"
#include "mailroom/base/slot_table.h"
#include "mailroom/base/timer_heap.h"

namespace mailroom {
namespace {

// Deadlines as a busy server has them: mostly the same distance away, not quite in order.
TimePoint Deadline(uint32_t i) {
  return TimePoint(std::chrono::microseconds(1'000'000 + i * 10 + i * 2654435761U % 1000));
}

// A call comes and ends in time: its deadline is set and taken back.
void TimerHeapAddCancel(benchmark::State& state) {
  TimerHeap<uint64_t> heap;
  uint32_t i = 0;
  while (heap.size() < static_cast<size_t>(state.range(0))) heap.Add(Deadline(i++), 0);
  for (auto _ : state) {
    const TimerId id = heap.Add(Deadline(i++), 0);
    MAILROOM_CHECK(heap.Cancel(id));
  }
}
BENCHMARK(TimerHeapAddCancel)->Arg(0)->Arg(1000)->Arg(30000);

// Each one added pushes out the earliest, which is due.
void TimerHeapAddPop(benchmark::State& state) {
  TimerHeap<uint64_t> heap;
  uint32_t i = 0;
  while (heap.size() < static_cast<size_t>(state.range(0))) heap.Add(Deadline(i++), 0);
  for (auto _ : state) {
    heap.Add(Deadline(i++), 0);
    benchmark::DoNotOptimize(heap.PopDue(heap.NextDeadline()));
  }
}
BENCHMARK(TimerHeapAddPop)->Arg(1000)->Arg(30000);

struct Call {
  uint64_t words[8] = {};
};

void SlotTableInsertErase(benchmark::State& state) {
  SlotTable<Call> table(SlotKind::kCall, 0);
  for (int64_t i = 0; i < state.range(0); ++i) MAILROOM_CHECK(!!table.Insert());
  for (auto _ : state) {
    const SlotId id = table.Insert();
    MAILROOM_CHECK(table.Erase(id));
  }
}
BENCHMARK(SlotTableInsertErase)->Arg(0)->Arg(10000);

// Ids of live slots, all over the table.
void SlotTableFind(benchmark::State& state) {
  SlotTable<Call> table(SlotKind::kCall, 0);
  std::vector<SlotId> ids;
  for (int64_t i = 0; i < state.range(0); ++i) ids.push_back(table.Insert());
  uint32_t i = 0;
  for (auto _ : state) {
    i += 2654435761U;
    MAILROOM_CHECK(table.Find(ids[i % ids.size()]) != nullptr);
  }
}
BENCHMARK(SlotTableFind)->Arg(64)->Arg(10000);

// A late reply: the slot has another tenant.
void SlotTableFindStale(benchmark::State& state) {
  SlotTable<Call> table(SlotKind::kCall, 0);
  const SlotId old = table.Insert();
  MAILROOM_CHECK(table.Erase(old));
  MAILROOM_CHECK(table.Insert().index() == old.index());
  for (auto _ : state) MAILROOM_CHECK(table.Find(old) == nullptr);
}
BENCHMARK(SlotTableFindStale);

}  // namespace
}  // namespace mailroom
