// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/buffer.h"

#include <cstring>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "mailroom/base/random.h"
#include "mailroom/base/testing/allocation_counter.h"

namespace mailroom {
namespace {

using testing::AllocationCounter;

TEST(BufferTest, AnUnusedOneOwnsNothing) {
  AllocationCounter allocations;
  Buffer buffer;
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.view(), "");
  EXPECT_EQ(buffer.capacity(), 0u);
  buffer.Append("");
  buffer.Consume(0);
  EXPECT_EQ(allocations.count(), 0u);
}

TEST(BufferTest, AppendsBehindAndConsumesInFront) {
  Buffer buffer;
  buffer.Append("hello, ");
  buffer.Append("world");
  EXPECT_EQ(buffer.view(), "hello, world");
  buffer.Consume(7);
  EXPECT_EQ(buffer.view(), "world");
  buffer.Append("!");
  EXPECT_EQ(buffer.view(), "world!");
  EXPECT_EQ(buffer.size(), 6u);
}

TEST(BufferTest, TailIsCommittedPartByPart) {
  Buffer buffer;
  const std::span<char> tail = buffer.Tail(100);
  ASSERT_GE(tail.size(), 100u);
  std::memcpy(tail.data(), "abcdef", 6);
  buffer.Commit(3);
  EXPECT_EQ(buffer.view(), "abc");
  buffer.Commit(3);
  EXPECT_EQ(buffer.view(), "abcdef");
}

TEST(BufferTest, ConsumingAllGivesTheWholeRoomBack) {
  Buffer buffer;
  buffer.Append(std::string(300, 'x'));
  const size_t capacity = buffer.capacity();
  buffer.Consume(300);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.Tail(1).size(), capacity);
}

TEST(BufferTest, SteadyTrafficAllocatesNothing) {
  Buffer buffer;
  buffer.Append(std::string(400, 'x'));
  AllocationCounter allocations;
  for (int i = 0; i < 10'000; ++i) {
    buffer.Append("0123456789");
    buffer.Consume(i % 2 == 0 ? 7 : 13);
  }
  EXPECT_LE(allocations.count(), 1u);
  EXPECT_LE(buffer.capacity(), 1024u);
}

// If compaction moved everything at each call this would take minutes.
TEST(BufferTest, CompactionIsAmortised) {
  Buffer buffer;
  buffer.Append(std::string(1 << 20, 'x'));
  for (int i = 0; i < 4 << 20; ++i) {
    buffer.Consume(1);
    buffer.Append("y");
  }
  EXPECT_EQ(buffer.size(), size_t{1} << 20);
  EXPECT_LE(buffer.capacity(), size_t{4} << 20);
}

TEST(BufferTest, ReserveMakesTheNextBytesFreeOfAllocation) {
  Buffer buffer;
  buffer.Append("x");
  buffer.Reserve(5000);
  AllocationCounter allocations;
  buffer.Append(BytesView(std::string(1, 'y')));
  for (int i = 0; i < 4999; ++i) buffer.Append("z");
  EXPECT_EQ(allocations.count(), 0u);
}

TEST(BufferTest, ReleaseGivesTheMemoryBack) {
  Buffer buffer;
  buffer.Append(std::string(5000, 'x'));
  buffer.Release();
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.capacity(), 0u);
  buffer.Append("again");
  EXPECT_EQ(buffer.view(), "again");
}

TEST(BufferTest, MovingLeavesAnEmptyOne) {
  Buffer first;
  first.Append("moved");
  first.Consume(1);
  Buffer second = std::move(first);
  EXPECT_EQ(second.view(), "oved");
  EXPECT_EQ(first.view(), "");  // NOLINT: the promise that is tested
  first.Append("used again");
  second = std::move(first);
  EXPECT_EQ(second.view(), "used again");
}

TEST(BufferTest, BehavesLikeAStringUnderRandomTraffic) {
  Random random(1);
  Buffer buffer;
  std::string model;
  for (int i = 0; i < 20'000; ++i) {
    if (random.OneIn(2)) {
      const std::string piece(random.Below(700), static_cast<char>('a' + random.Below(26)));
      buffer.Append(piece);
      model += piece;
    } else {
      const size_t n = random.Below(static_cast<uint32_t>(model.size()) + 1);
      buffer.Consume(n);
      model.erase(0, n);
    }
    ASSERT_EQ(buffer.view(), model);
  }
}

TEST(BufferDeathTest, ConsumingOrCommittingTooMuchIsABug) {
  Buffer buffer;
  buffer.Append("abc");
  EXPECT_DEATH(buffer.Consume(4), "check failed");
  EXPECT_DEATH(buffer.Commit(buffer.capacity()), "check failed");
}

}  // namespace
}  // namespace mailroom
