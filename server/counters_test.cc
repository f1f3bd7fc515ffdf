// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/counters.h"

#include <gtest/gtest.h>

namespace mailroom::server {
namespace {

TEST(LatencyHistogramTest, ABoundBelongsToTheBucketItEnds) {
  LatencyHistogram histogram;
  histogram.Observe(std::chrono::microseconds(50));
  histogram.Observe(std::chrono::microseconds(100));
  histogram.Observe(std::chrono::microseconds(101));
  histogram.Observe(std::chrono::hours(1));
  EXPECT_EQ(histogram.buckets[0].get(), 2u);
  EXPECT_EQ(histogram.buckets[1].get(), 1u);
  EXPECT_EQ(histogram.buckets.back().get(), 1u);
  EXPECT_EQ(histogram.sum_ns.get(), 50000u + 100000u + 101000u + 3600000000000u);
}

TEST(CountersTest, EveryReasonHasAName) {
  for (size_t i = 0; i < kShedReasons; ++i) {
    EXPECT_STRNE(ShedName(static_cast<Shed>(i)), "unknown");
  }
  for (size_t i = 0; i < kReleaseReasons; ++i) {
    EXPECT_STRNE(ReleasedName(static_cast<Released>(i)), "unknown");
  }
  for (size_t i = 0; i < kEvictReasons; ++i) {
    EXPECT_STRNE(EvictedName(static_cast<Evicted>(i)), "unknown");
  }
}

}  // namespace
}  // namespace mailroom::server
