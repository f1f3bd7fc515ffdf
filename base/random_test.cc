// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/random.h"

#include <array>

#include <gtest/gtest.h>

namespace mailroom {
namespace {

// The reference sequence of SplitMix64 for seed 1234567.
TEST(RandomTest, IsTheSameOnEveryMachine) {
  Random random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317u);
  EXPECT_EQ(random.Next(), 3203168211198807973u);
  EXPECT_EQ(random.Next(), 9817491932198370423u);
}

TEST(RandomTest, BelowStaysBelowAndReachesEverything) {
  Random random(7);
  std::array<int, 6> seen = {};
  for (int i = 0; i < 60'000; ++i) ++seen.at(random.Below(6));
  for (const int count : seen) EXPECT_NEAR(count, 10'000, 500);
  EXPECT_EQ(random.Below(1), 0u);
}

TEST(RandomTest, FractionFillsTheUnitInterval) {
  Random random(7);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double x = random.Fraction();
    ASSERT_GE(x, 0.0);
    ASSERT_LT(x, 1.0);
    sum += x;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

TEST(RandomTest, OneInOneIsAlways) {
  Random random(7);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(random.OneIn(1));
}

TEST(RandomTest, SystemSeedsDiffer) { EXPECT_NE(SystemSeed(), SystemSeed()); }

}  // namespace
}  // namespace mailroom
