// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/call.h"

#include <chrono>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/actors/testing/manual_runner.h"
#include "mailroom/base/slot_table.h"
#include "mailroom/base/task.h"
#include "mailroom/base/testing/recording_home.h"

namespace mailroom::actors {
namespace {

using mailroom::testing::RecordingHome;
using std::chrono::milliseconds;
using testing::ManualRunner;

// A home whose completions the test settles by hand.
class CallTest : public ::testing::Test {
 protected:
  // Settles what was posted; how many resumed a coroutine.
  int Settle() {
    int resumed = 0;
    while (std::optional<Completion> completion = home.Take()) {
      SlotId owner;
      if (Resume(suspensions, std::move(*completion), &owner)) ++resumed;
    }
    return resumed;
  }

  ManualRunner runner;
  RecordingHome home;
  SlotTable<Suspension> suspensions{SlotKind::kSuspension, 0};
  TaskScope scope{home, suspensions, SlotId()};
  Envelope envelope;
  Call call{envelope, runner};
};

Task<int> SleepTwice(Call& call) {
  co_await call.Sleep(milliseconds(10));
  co_await call.Sleep(milliseconds(5));
  co_return 7;
}

TEST_F(CallTest, SleepResumesAtHomeExactlyWhenItIsTime) {
  Task<int> task = SleepTwice(call);
  task.Start(scope);
  runner.Advance(milliseconds(9));
  EXPECT_EQ(Settle(), 0);
  runner.Advance(milliseconds(1));
  EXPECT_FALSE(task.done()) << "resumed at home only, not by the timer";
  EXPECT_EQ(Settle(), 1);
  runner.Advance(milliseconds(5));
  EXPECT_EQ(Settle(), 1);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.TakeResult(), 7);
  EXPECT_EQ(runner.pending_timers(), 0u);
}

TEST_F(CallTest, CancellingASleeperTakesItsTimerAway) {
  {
    Task<int> task = SleepTwice(call);
    task.Start(scope);
    EXPECT_EQ(runner.pending_timers(), 1u);
  }
  EXPECT_EQ(runner.pending_timers(), 0u);
  EXPECT_EQ(suspensions.size(), 0u);
}

TEST_F(CallTest, ACompletionForACancelledSleeperIsStale) {
  {
    Task<int> task = SleepTwice(call);
    task.Start(scope);
    runner.Advance(milliseconds(10));  // posted, not settled yet
  }
  EXPECT_EQ(Settle(), 0);
}

Task<> YieldOnce(Call& call, std::vector<int>* order, int name) {
  order->push_back(name);
  co_await call.Yield();
  order->push_back(name);
}

TEST_F(CallTest, YieldLetsTheOthersHaveTheirTurn) {
  std::vector<int> order;
  Task<> first = YieldOnce(call, &order, 1);
  Task<> second = YieldOnce(call, &order, 2);
  first.Start(scope);
  second.Start(scope);
  EXPECT_EQ(Settle(), 2);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 1, 2}));
}

// S32 on the fake clock: twenty sleepers with different periods, each woken at
// exactly its time.
Task<> Ticker(Call& call, Duration period, int times, std::vector<TimePoint>* at) {
  for (int i = 0; i < times; ++i) {
    co_await call.Sleep(period);
    at->push_back(call.now());
  }
}

TEST_F(CallTest, S32_TwentySleepersWakeExactlyOnTime) {
  const TimePoint start = call.now();
  std::vector<std::vector<TimePoint>> woken(20);
  std::vector<Task<>> tasks;
  for (size_t i = 0; i < 20; ++i) {
    tasks.push_back(Ticker(call, milliseconds(3 + 7 * i), 10, &woken[i]));
    tasks.back().Start(scope);
  }
  for (int ms = 0; ms < 1400; ++ms) {
    runner.Advance(milliseconds(1));
    Settle();
  }
  for (size_t i = 0; i < 20; ++i) {
    ASSERT_EQ(woken[i].size(), 10u);
    for (size_t n = 0; n < 10; ++n) {
      EXPECT_EQ(woken[i][n], start + (n + 1) * milliseconds(3 + 7 * i));
    }
  }
}

}  // namespace
}  // namespace mailroom::actors
