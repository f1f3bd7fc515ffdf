// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/descriptor_limit.h"

#include <sys/resource.h>

#include <cstdint>

#include <gtest/gtest.h>

namespace mailroom::io {
namespace {

// The soft limit is 64 for the test.
class DescriptorLimitTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    ASSERT_GE(before_.rlim_max, 200u);
    rlimit few = before_;
    few.rlim_cur = 64;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  }
  void TearDown() override { ::setrlimit(RLIMIT_NOFILE, &before_); }

  static rlim_t Soft() {
    rlimit now{};
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &now), 0);
    return now.rlim_cur;
  }

  rlimit before_{};
};

TEST_F(DescriptorLimitTest, RisesToWhatIsWanted) {
  EXPECT_EQ(RaiseDescriptorLimit(200), 200u);
  EXPECT_EQ(Soft(), 200u);
}

TEST_F(DescriptorLimitTest, IsNeverLowered) {
  EXPECT_EQ(RaiseDescriptorLimit(10), 64u);
  EXPECT_EQ(Soft(), 64u);
}

TEST_F(DescriptorLimitTest, EndsAtTheHardLimit) {
  EXPECT_EQ(RaiseDescriptorLimit(UINT64_MAX), before_.rlim_max);
  EXPECT_EQ(Soft(), before_.rlim_max);
}

}  // namespace
}  // namespace mailroom::io
