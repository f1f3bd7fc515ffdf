// SPDX-License-Identifier: Apache-2.0
// Wakes: of a loop that waits, which is a system call, and of one that is awake, which is none.

#include <benchmark/benchmark.h>

#include "mailroom/base/check.h"
#include "mailroom/io/loop.h"
#include "mailroom/io/testing/loop_harness.h"
#include "mailroom/io/wake.h"

namespace mailroom::io {
namespace {

// The poster's share when the loop waits.
void WakeSleepingLoop(benchmark::State& state) {
  LoopHarness harness(LoopHarness::Backend::kPlatform);
  for (auto _ : state) {
    harness.loop.Wake();
    state.PauseTiming();
    harness.Turn();
    state.ResumeTiming();
  }
}
BENCHMARK(WakeSleepingLoop);

// The poster's and the loop's share together: a notify, and the turn that it causes.
void WakeAndTurn(benchmark::State& state) {
  LoopHarness harness(LoopHarness::Backend::kPlatform);
  Wake wake;
  MAILROOM_CHECK(harness.loop.AddWake(wake, [] { return Wake::Next::kRearm; }).ok());
  for (auto _ : state) {
    wake.Notify();
    harness.Turn();
  }
}
BENCHMARK(WakeAndTurn);

// Somebody has notified before and the loop has not looked yet.
void WakeAwakeLoop(benchmark::State& state) {
  LoopHarness harness(LoopHarness::Backend::kPlatform);
  Wake wake;
  MAILROOM_CHECK(harness.loop.AddWake(wake, [] { return Wake::Next::kRearm; }).ok());
  wake.Notify();
  for (auto _ : state) wake.Notify();
}
BENCHMARK(WakeAwakeLoop);

// A turn in which nothing happens.
void EmptyTurn(benchmark::State& state) {
  LoopHarness harness(LoopHarness::Backend::kPlatform);
  for (auto _ : state) harness.Turn();
}
BENCHMARK(EmptyTurn);

}  // namespace
}  // namespace mailroom::io
