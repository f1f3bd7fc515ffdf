// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/counter.h"

#include <gtest/gtest.h>

namespace mailroom {
namespace {

TEST(CounterTest, Counts) {
  Counter counter;
  counter.Add();
  counter.Add(5);
  counter.Sub(2);
  EXPECT_EQ(counter.get(), 4u);
  counter.Set(1);
  EXPECT_EQ(counter.get(), 1u);
}

TEST(DurationHistogramTest, ABoundBelongsToTheBucketItEnds) {
  DurationHistogram histogram;
  histogram.Observe(std::chrono::microseconds(50));
  histogram.Observe(std::chrono::microseconds(100));
  histogram.Observe(std::chrono::microseconds(101));
  histogram.Observe(std::chrono::hours(1));
  histogram.Observe(-std::chrono::hours(1));
  EXPECT_EQ(histogram.bucket(0), 3u);
  EXPECT_EQ(histogram.bucket(1), 1u);
  EXPECT_EQ(histogram.bucket(DurationHistogram::kBuckets - 1), 1u);
  EXPECT_EQ(histogram.sum_ns(), 50000u + 100000u + 101000u + 3600000000000u);
}

TEST(DurationHistogramTest, TheBoundsAscend) {
  for (size_t i = 1; i < DurationHistogram::kBounds.size(); ++i) {
    EXPECT_LT(DurationHistogram::kBounds[i - 1], DurationHistogram::kBounds[i]);
  }
}

}  // namespace
}  // namespace mailroom
