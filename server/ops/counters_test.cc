// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/counters.h"

#include <gtest/gtest.h>

namespace mailroom::server {
namespace {

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
