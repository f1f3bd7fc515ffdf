// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/process_stats.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/clock.h"
#include "mailroom/io/descriptor.h"

namespace mailroom::io {
namespace {

TEST(ProcessStatsTest, TellsWhatTheKernelKnows) {
  const ProcessStats stats = ReadProcessStats();
  EXPECT_GT(stats.resident_bytes, 1024u * 1024);
  EXPECT_GT(stats.virtual_bytes, stats.resident_bytes);
  EXPECT_GE(stats.threads, 1u);
  EXPECT_GE(stats.open_descriptors, 3u);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(stats.max_descriptors, limit.rlim_cur);
  // Started before now, and after 2020.
  const std::chrono::duration<double> now = Clock::System().WallNow().time_since_epoch();
  EXPECT_LT(stats.start_seconds, now.count() + 2);
  EXPECT_GT(stats.start_seconds, 1577836800.0);
}

TEST(ProcessStatsTest, CountsOpenDescriptors) {
  const uint64_t before = ReadProcessStats().open_descriptors;
  std::vector<Descriptor> more;
  for (int i = 0; i < 5; ++i) more.emplace_back(::dup(0));
  EXPECT_EQ(ReadProcessStats().open_descriptors, before + 5);
}

TEST(ProcessStatsTest, WithoutOneLeftAllAreOpen) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 64;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<Descriptor> more;
  do {
    more.emplace_back(::dup(0));
  } while (more.back().is_open());
  const uint64_t open = ReadProcessStats().open_descriptors;
  more.clear();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(open, 64u);
}

TEST(ProcessStatsTest, CpuTimeGrows) {
  const double before = ReadProcessStats().cpu_seconds;
  volatile unsigned sink = 0;
  double after = before;
  while (after == before) {
    sink = sink + 1;
    after = ReadProcessStats().cpu_seconds;
  }
  EXPECT_GT(after, before);
}

}  // namespace
}  // namespace mailroom::io
