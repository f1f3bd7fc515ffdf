// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/pace.h"

#include <gtest/gtest.h>

namespace mailroom::actors {
namespace {

class CountingHome final : public Home {
 public:
  void Post(Completion) noexcept override { EXPECT_TRUE(PostBatch::Current()->Add(*this)); }
  void Wake() noexcept override { ++wakes; }
  int wakes = 0;
};

class PaceTest : public ::testing::Test {
 protected:
  void Step(Pace& pace, Duration took) {
    home.Post(Completion());
    clock.Advance(took);
    pace.StepDone();
  }

  static constexpr Duration kStep = Pace::kPatience / 10;
  FakeClock clock;
  CountingHome home;
  PostBatch batch;
  Pace::Past past;
};

TEST_F(PaceTest, RepliesOfQuickStepsGoTogether) {
  Pace pace(clock, &past);
  for (int i = 0; i < 10; ++i) Step(pace, kStep / 10);
  EXPECT_EQ(home.wakes, 0) << "whoever opened the batch wakes when the run ends";
}

TEST_F(PaceTest, NoReplyWaitsLongerThanPatience) {
  Pace pace(clock, &past);
  for (Duration waited = kStep; waited < Pace::kPatience; waited += kStep) Step(pace, kStep);
  EXPECT_EQ(home.wakes, 0);
  Step(pace, kStep);
  EXPECT_EQ(home.wakes, 1);
  Step(pace, kStep);
  EXPECT_EQ(home.wakes, 1) << "and a new wait begins";
}

TEST_F(PaceTest, AfterASlowStepEachReplyIsToldAtOnceForAWhile) {
  Pace pace(clock, &past);
  Step(pace, Pace::kQuick * 2);
  EXPECT_EQ(home.wakes, 1);
  for (uint32_t i = 1; i < Pace::kCareful; ++i) Step(pace, Duration::zero());
  EXPECT_EQ(home.wakes, static_cast<int>(Pace::kCareful));
  Step(pace, Duration::zero());
  Step(pace, Duration::zero());
  EXPECT_EQ(home.wakes, static_cast<int>(Pace::kCareful)) << "it has been quick for long";
}

TEST_F(PaceTest, ASlowStepBehindManyTinyOnesIsNoticedAFewStepsLater) {
  static_assert(kStep >= Pace::kTiny);
  Pace pace(clock, &past);
  for (uint32_t i = 0; i < Pace::kTinyInARow; ++i) Step(pace, Duration(1));
  Step(pace, Pace::kQuick * 2);
  for (int i = 1; i < Pace::kUnseen; ++i) Step(pace, Duration::zero());
  EXPECT_EQ(home.wakes, 0);
  Step(pace, Duration::zero());
  EXPECT_EQ(home.wakes, 1);
  Step(pace, Duration::zero());
  EXPECT_EQ(home.wakes, 2) << "and each is told at once from here on";
}

TEST_F(PaceTest, ASlowStepBehindAFewTinyOnesIsNoticedAtOnce) {
  Pace pace(clock, &past);
  for (uint32_t i = 1; i < Pace::kTinyInARow; ++i) Step(pace, Duration(1));
  Step(pace, Pace::kQuick * 2);
  EXPECT_EQ(home.wakes, 1);
}

}  // namespace
}  // namespace mailroom::actors
