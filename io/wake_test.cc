// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/wake.h"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/testing/bounded_wait.h"
#include "mailroom/io/testing/loop_harness.h"

namespace mailroom::io {
namespace {

using Backend = LoopHarness::Backend;

class WakeTest : public ::testing::TestWithParam<Backend> {
 protected:
  WakeTest() : harness_(GetParam()) {}

  Wake::Callback Count(Wake::Next next = Wake::Next::kRearm) {
    return [this, next] {
      ++calls_;
      return next;
    };
  }

  LoopHarness harness_;
  int calls_ = 0;
};
INSTANTIATE_TEST_SUITE_P(All, WakeTest, ::testing::Values(Backend::kPlatform, Backend::kFake),
                         [](const auto& test) { return LoopHarness::NameOf(test.param); });

TEST_P(WakeTest, S12_OneRegistrationForTheLoopsLifeAutoReset) {
  Wake wake;
  ASSERT_TRUE(harness_.loop.AddWake(wake, Count()).ok());
  for (int round = 1; round <= 3; ++round) {
    wake.Notify();
    harness_.Turn();
    EXPECT_EQ(calls_, round);
    harness_.Turn(3);
    EXPECT_EQ(calls_, round);
  }
}

TEST_P(WakeTest, S34_NotifyFirst) {
  Wake wake;
  wake.Notify();
  ASSERT_TRUE(harness_.loop.AddWake(wake, Count()).ok());
  ASSERT_TRUE(harness_.loop.Run(Loop::Mode::kOnce).ok());  // does not wait
  EXPECT_EQ(calls_, 1);
}

TEST_P(WakeTest, S35_BatchesMany) {
  Wake wake;
  for (int i = 0; i < 5; ++i) wake.Notify();
  ASSERT_TRUE(harness_.loop.AddWake(wake, Count()).ok());
  wake.Notify();
  harness_.Turn();
  EXPECT_EQ(calls_, 1);
  harness_.Turn(10);
  EXPECT_EQ(calls_, 1);
  EXPECT_EQ(harness_.loop.counters().wakes, 1u);
}

TEST_P(WakeTest, NotifyInTheCallbackIsAnotherTurns) {
  Wake wake;
  const auto notify_again = [&] {
    if (++calls_ < 3) wake.Notify();
    return Wake::Next::kRearm;
  };
  ASSERT_TRUE(harness_.loop.AddWake(wake, notify_again).ok());
  wake.Notify();
  harness_.Turn();
  EXPECT_EQ(calls_, 1);
  harness_.Turn(10);
  EXPECT_EQ(calls_, 3);
}

TEST_P(WakeTest, S37_DisarmTakesItOffTheLoopUntilItIsAddedAgain) {
  Wake wake;
  ASSERT_TRUE(harness_.loop.AddWake(wake, Count(Wake::Next::kDisarm)).ok());
  wake.Notify();
  harness_.Turn();
  EXPECT_EQ(calls_, 1);
  wake.Notify();
  harness_.Turn(3);
  EXPECT_EQ(calls_, 1);
  ASSERT_TRUE(harness_.loop.AddWake(wake, Count(Wake::Next::kRearm)).ok());
  harness_.Turn();  // what was notified meanwhile is not lost
  EXPECT_EQ(calls_, 2);
}

TEST_P(WakeTest, EachIsCalledOnlyWhenItWasNotified) {
  Wake mine, other;
  int others = 0;
  ASSERT_TRUE(harness_.loop.AddWake(mine, Count()).ok());
  const auto count_other = [&] {
    ++others;
    return Wake::Next::kRearm;
  };
  ASSERT_TRUE(harness_.loop.AddWake(other, count_other).ok());
  other.Notify();
  harness_.Turn();
  EXPECT_EQ(calls_, 0);
  EXPECT_EQ(others, 1);
}

TEST_P(WakeTest, ACallbackMayRemoveAndAddItself) {
  Wake wake;
  const auto change_place = [&] {
    harness_.loop.RemoveWake(wake);
    EXPECT_TRUE(harness_.loop.AddWake(wake, Count()).ok());
    return Wake::Next::kDisarm;  // of the registration that is gone
  };
  ASSERT_TRUE(harness_.loop.AddWake(wake, change_place).ok());
  wake.Notify();
  harness_.Turn();
  wake.Notify();
  harness_.Turn();
  EXPECT_EQ(calls_, 1);
}

TEST_P(WakeTest, S42_OneWakeOnTwoLoopsIsRefused) {
  LoopHarness second(GetParam());
  Wake wake;
  ASSERT_TRUE(harness_.loop.AddWake(wake, Count()).ok());
  EXPECT_EQ(second.loop.AddWake(wake, Count()).code(), Code::kAlreadyExists);
  EXPECT_EQ(harness_.loop.AddWake(wake, Count()).code(), Code::kAlreadyExists);
  second.loop.RemoveWake(wake);  // not its own: nothing
  wake.Notify();
  second.Turn();
  EXPECT_EQ(calls_, 0);
  harness_.Turn();
  EXPECT_EQ(calls_, 1);
  harness_.loop.RemoveWake(wake);
  harness_.loop.RemoveWake(wake);
  EXPECT_TRUE(second.loop.AddWake(wake, Count()).ok());
}

TEST_P(WakeTest, S42_OutlivesItsLoop) {
  Wake wake;
  {
    LoopHarness loop(GetParam());
    ASSERT_TRUE(loop.loop.AddWake(wake, Count()).ok());
  }
  wake.Notify();
  EXPECT_EQ(calls_, 0);
  ASSERT_TRUE(harness_.loop.AddWake(wake, Count()).ok());
  harness_.Turn();
  EXPECT_EQ(calls_, 1);
}

TEST_P(WakeTest, S42_NotifyRacingWithTeardownIsSafe) {
  for (int round = 0; round < 50; ++round) {
    Wake wake;
    std::optional<LoopHarness> loop;
    loop.emplace(GetParam());
    ASSERT_TRUE(loop->loop.AddWake(wake, [] { return Wake::Next::kRearm; }).ok());
    std::atomic<bool> started{false};
    std::thread other([&started, wake]() mutable {
      for (int i = 0; i < 50; ++i) {
        wake.Notify();
        started.store(true);
      }
    });
    while (!started.load()) loop->Turn();
    loop.reset();
    other.join();
  }
}

TEST(WakeThreadTest, NoNotifyIsLostBetweenThreads) {
  // The other thread notifies again only when the last one was served: one lost wake
  // and the next round never comes.
  constexpr int kRounds = 2'000;
  LoopHarness harness(Backend::kPlatform);
  Wake wake;
  std::atomic<int> served{0};
  const auto serve = [&] {
    if (served.fetch_add(1) + 1 == kRounds) harness.loop.Stop();
    return Wake::Next::kRearm;
  };
  ASSERT_TRUE(harness.loop.AddWake(wake, serve).ok());
  std::thread other([&served, wake]() mutable {
    for (int i = 0; i < kRounds; ++i) {
      wake.Notify();
      mailroom::testing::AwaitUntil("the loop to serve a notify",
                                    [&] { return served.load() > i; });
    }
  });
  ASSERT_TRUE(harness.loop.Run(Loop::Mode::kUntilDone).ok());
  other.join();
  EXPECT_EQ(served.load(), kRounds);
}

}  // namespace
}  // namespace mailroom::io
