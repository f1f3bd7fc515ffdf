// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/drain.h"

#include <gtest/gtest.h>

namespace mailroom::server {
namespace {

using std::chrono::seconds;
using Phase = Drain::Phase;

TEST(DrainTest, ServesUntilToldThenDelaysThenDrainsUntilNothingIsLeft) {
  const TimePoint start = TimePoint() + seconds(100);
  Drain drain(seconds(5), seconds(30));
  EXPECT_EQ(drain.phase(), Phase::kServing);
  EXPECT_EQ(drain.deadline(), kForever);
  drain.Begin(start);
  EXPECT_EQ(drain.Step(start + seconds(4), 0), Phase::kDelaying) << "also with nobody there";
  EXPECT_EQ(drain.deadline(), start + seconds(5));
  EXPECT_EQ(drain.Step(start + seconds(5), 2), Phase::kDraining);
  EXPECT_EQ(drain.Step(start + seconds(6), 1), Phase::kDraining);
  EXPECT_EQ(drain.Step(start + seconds(7), 0), Phase::kDone);
  EXPECT_FALSE(drain.forced());
}

TEST(DrainTest, EndsByItsTimeoutWhateverIsLeft) {
  const TimePoint start = TimePoint() + seconds(100);
  Drain drain(seconds(0), seconds(30));
  drain.Begin(start);
  EXPECT_EQ(drain.Step(start, 1), Phase::kDraining);
  EXPECT_EQ(drain.Step(start + seconds(29), 1), Phase::kDraining);
  EXPECT_EQ(drain.Step(start + seconds(30), 1), Phase::kDone);
  EXPECT_TRUE(drain.forced());
}

TEST(DrainTest, ATimeoutOfZeroIsNoLimit) {
  const TimePoint start = TimePoint() + seconds(100);
  Drain drain(seconds(0), seconds(0));
  drain.Begin(start);
  EXPECT_EQ(drain.Step(start, 1), Phase::kDraining);
  EXPECT_EQ(drain.deadline(), kForever);
  EXPECT_EQ(drain.Step(start + std::chrono::hours(1000), 1), Phase::kDraining);
  EXPECT_EQ(drain.Step(start + std::chrono::hours(1000), 0), Phase::kDone);
  EXPECT_FALSE(drain.forced());
}

TEST(DrainTest, BeginningTwiceChangesNothing) {
  const TimePoint start = TimePoint() + seconds(100);
  Drain drain(seconds(5), seconds(30));
  drain.Begin(start);
  drain.Begin(start + seconds(3));
  EXPECT_EQ(drain.deadline(), start + seconds(5));
}

}  // namespace
}  // namespace mailroom::server
