// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/clock.h"

#include <gtest/gtest.h>

namespace mailroom {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(FakeClockTest, StandsStillUntilAdvanced) {
  FakeClock clock;
  const TimePoint start = clock.Now();
  const WallTime wall_start = clock.WallNow();
  EXPECT_EQ(clock.Now(), start);
  clock.Advance(milliseconds(5));
  EXPECT_EQ(clock.Now() - start, milliseconds(5));
  EXPECT_EQ(clock.WallNow() - wall_start, milliseconds(5));
}

TEST(FakeClockTest, StartsAtAKnownDate) {
  FakeClock clock;
  EXPECT_EQ(std::chrono::floor<std::chrono::days>(clock.WallNow()),
            std::chrono::sys_days(std::chrono::year(2024) / 1 / 1));
}

TEST(SystemClockTest, NeverGoesBack) {
  const Clock& clock = Clock::System();
  const TimePoint first = clock.Now();
  EXPECT_LE(first, clock.Now());
  EXPECT_GT(clock.WallNow().time_since_epoch(), Duration::zero());
}

// S14: deadline_in, expired and remaining, floored at zero.
TEST(DeadlineTest, S14_DeadlineIn) {
  const TimePoint now = FakeClock().Now();
  EXPECT_EQ(DeadlineIn(now, seconds(3)), now + seconds(3));
  EXPECT_EQ(DeadlineIn(now, Duration::zero()), now);
  EXPECT_EQ(DeadlineIn(now, seconds(-3)), now);
}

TEST(DeadlineTest, S14_DeadlineInNeverOverflows) {
  const TimePoint now = FakeClock().Now();
  EXPECT_EQ(DeadlineIn(now, Duration::max()), kForever);
  EXPECT_EQ(DeadlineIn(now, kForever - now), kForever);
  EXPECT_EQ(DeadlineIn(kForever, seconds(1)), kForever);
  EXPECT_LT(DeadlineIn(now, kForever - now - nanoseconds(1)), kForever);
}

TEST(DeadlineTest, S14_ExpiredFromTheDeadlineOn) {
  const TimePoint deadline = FakeClock().Now();
  EXPECT_FALSE(Expired(deadline - nanoseconds(1), deadline));
  EXPECT_TRUE(Expired(deadline, deadline));
  EXPECT_TRUE(Expired(deadline + hours(1), deadline));
  EXPECT_FALSE(Expired(kForever, kForever));
}

// S15's helper: what a wait gets as its timeout is never negative.
TEST(DeadlineTest, S14_S15_RemainingIsFlooredAtZero) {
  const TimePoint now = FakeClock().Now();
  EXPECT_EQ(Remaining(now, now + seconds(2)), seconds(2));
  EXPECT_EQ(Remaining(now, now), Duration::zero());
  EXPECT_EQ(Remaining(now + seconds(5), now), Duration::zero());
  EXPECT_EQ(Remaining(now, kForever), Duration::max());
}

}  // namespace
}  // namespace mailroom
