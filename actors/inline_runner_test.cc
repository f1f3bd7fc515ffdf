// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/inline_runner.h"

#include <chrono>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "mailroom/actors/cell.h"
#include "mailroom/actors/testing/probe_actor.h"
#include "mailroom/base/testing/recording_home.h"

namespace mailroom::actors {
namespace {

using mailroom::testing::RecordingHome;
using testing::MakeMail;
using testing::ProbeActor;

class InlineRunnerTest : public ::testing::Test {
 protected:
  InlineRunnerTest() : runner(clock, [this] { ++wakes; }) {
    auto actor = std::make_unique<ProbeActor>();
    probe = actor.get();
    cell = std::make_unique<Cell>("probe", 1000, std::move(actor), runner);
  }

  FakeClock clock;
  int wakes = 0;
  RecordingHome home;
  InlineRunner runner;
  ProbeActor* probe = nullptr;
  std::unique_ptr<Cell> cell;
};

TEST_F(InlineRunnerTest, S1_RunsQueuedCellsOnTheCallersThread) {
  ActorRef ref(*cell);
  EnvelopePtr mail = MakeMail(home, 1);
  ASSERT_TRUE(ref.TryPost(&mail));
  EXPECT_EQ(home.size(), 0u) << "nothing runs before the loop's step 5";
  EXPECT_FALSE(runner.idle());
  EXPECT_TRUE(runner.RunQueued());
  EXPECT_EQ(home.size(), 1u);
  EXPECT_TRUE(runner.idle());
  EXPECT_FALSE(runner.RunQueued());
}

TEST_F(InlineRunnerTest, ACellWithMoreToDoWaitsForTheNextRound) {
  ActorRef ref(*cell);
  for (uint32_t i = 0; i < 100; ++i) {
    EnvelopePtr mail = MakeMail(home, i);
    ASSERT_TRUE(ref.TryPost(&mail));
  }
  EXPECT_TRUE(runner.RunQueued());
  EXPECT_EQ(home.size(), 64u);
  EXPECT_TRUE(runner.RunQueued());
  EXPECT_EQ(home.size(), 100u);
}

TEST_F(InlineRunnerTest, APostFromElsewhereWakesTheLoop) {
  cell->Post(Completion{SlotId(SlotKind::kTimer, 0, 1, 1), nullptr});
  EXPECT_EQ(wakes, 1);
}

TEST_F(InlineRunnerTest, TimersFireInTheRound) {
  const SlotId slot(SlotKind::kTimer, 0, 4, 1);
  runner.StartTimer(clock.Now() + std::chrono::seconds(1), *cell, slot);
  EXPECT_EQ(runner.NextDeadline(), clock.Now() + std::chrono::seconds(1));
  EXPECT_FALSE(runner.RunQueued());
  clock.Advance(std::chrono::seconds(1));
  EXPECT_TRUE(runner.RunQueued());
  EXPECT_EQ(probe->seen.size(), 1u);
  EXPECT_EQ(runner.NextDeadline(), kForever);
}

}  // namespace
}  // namespace mailroom::actors
