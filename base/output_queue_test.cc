// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/output_queue.h"

#include <algorithm>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "mailroom/base/testing/allocation_counter.h"

namespace mailroom {
namespace {

constexpr size_t kPieces = 8;

std::string Contents(const OutputQueue& queue) {
  BytesView pieces[1024];
  std::string all;
  const size_t count = queue.Gather(pieces);
  for (size_t i = 0; i < count; ++i) all += pieces[i];
  return all;
}

TEST(OutputQueueTest, SmallWritesShareAPieceLargeOnesKeepTheirMemory) {
  OutputQueue queue;
  queue.Append("head ");
  queue.AppendOwned("small ");
  std::string large(OutputQueue::kMoveSize, 'L');
  const char* memory = large.data();
  queue.AppendOwned(std::move(large));
  queue.Append("tail");
  BytesView pieces[kPieces];
  ASSERT_EQ(queue.Gather(pieces), 3u);
  EXPECT_EQ(pieces[0], "head small ");
  EXPECT_EQ(pieces[1].data(), memory);
  EXPECT_EQ(pieces[2], "tail");
}

TEST(OutputQueueTest, PartsOfALargeBodyAreNotCopied) {
  OutputQueue queue;
  std::string body(3 * OutputQueue::kMoveSize, 'b');
  const char* const memory = body.data();
  queue.AppendPart(&body, 0, OutputQueue::kMoveSize);
  queue.Append("between");
  queue.AppendPart(&body, OutputQueue::kMoveSize, 2 * OutputQueue::kMoveSize);
  queue.Append("behind");
  BytesView pieces[kPieces];
  ASSERT_EQ(queue.Gather(pieces), 4u);
  EXPECT_EQ(pieces[0].data(), memory);
  EXPECT_EQ(pieces[0].size(), OutputQueue::kMoveSize);
  EXPECT_EQ(pieces[1], "between");
  EXPECT_EQ(pieces[2].data(), memory + OutputQueue::kMoveSize);
  EXPECT_EQ(pieces[3], "behind");
  EXPECT_TRUE(body.empty()) << "the queue has it";
}

TEST(OutputQueueTest, ASmallLastPartKeepsTheBodyOfTheLentOnes) {
  OutputQueue queue;
  std::string body = std::string(OutputQueue::kMoveSize, 'b') + "end";
  const std::string all = body;
  queue.AppendPart(&body, 0, OutputQueue::kMoveSize);
  queue.AppendPart(&body, OutputQueue::kMoveSize, 3);
  EXPECT_EQ(queue.size(), all.size());
  EXPECT_EQ(Contents(queue), all);
  for (std::string left = all; !left.empty();) {
    const size_t n = std::min(size_t{1000}, left.size());
    left.erase(0, n);
    queue.Advance(n);
    ASSERT_EQ(Contents(queue), left);
  }
}

// Whoever gives up in the middle of a body must not take it from under what is queued.
TEST(OutputQueueTest, KeepsABodyUntilItsLentPartsAreWritten) {
  OutputQueue queue;
  std::string body(2 * OutputQueue::kMoveSize, 'b');
  queue.AppendPart(&body, 0, OutputQueue::kMoveSize);
  queue.Keep(std::move(body));
  queue.AppendOwned(std::string(OutputQueue::kMoveSize, 'c'));
  queue.Append("tail");
  EXPECT_EQ(Contents(queue), std::string(OutputQueue::kMoveSize, 'b') +
                                 std::string(OutputQueue::kMoveSize, 'c') + "tail");
  queue.Advance(OutputQueue::kMoveSize);
  EXPECT_EQ(Contents(queue), std::string(OutputQueue::kMoveSize, 'c') + "tail");
  queue.Advance(queue.size());
  std::string other(OutputQueue::kMoveSize, 'd');
  queue.Keep(std::move(other));
  EXPECT_TRUE(queue.empty()) << "nothing of it waits";
}

TEST(OutputQueueTest, TailIsCountedAsItGrows) {
  OutputQueue queue;
  EXPECT_EQ(queue.size(), 0u);
  std::string* tail = queue.Tail();
  EXPECT_TRUE(queue.empty());
  *tail += "abc";
  EXPECT_EQ(queue.size(), 3u);
  queue.Tail()->append("def");
  EXPECT_EQ(Contents(queue), "abcdef");
}

TEST(OutputQueueTest, AdvancesByEveryAmountThroughEveryShape) {
  std::string all = "head" + std::string(OutputQueue::kMoveSize, 'x') + "mid" +
                    std::string(OutputQueue::kMoveSize, 'y') + "tail";
  for (const size_t step : {size_t{1}, size_t{3}, size_t{4}, size_t{4095}, size_t{4096},
                            size_t{4097}, size_t{5000}, all.size() - 1, all.size()}) {
    OutputQueue queue;
    queue.Append("head");
    queue.AppendOwned(std::string(OutputQueue::kMoveSize, 'x'));
    queue.Append("mid");
    queue.AppendOwned(std::string(OutputQueue::kMoveSize, 'y'));
    queue.Append("tail");
    for (std::string left = all; !left.empty();) {
      const size_t n = std::min(step, left.size());
      left.erase(0, n);
      queue.Advance(n);
      ASSERT_EQ(queue.size(), left.size());
      ASSERT_EQ(Contents(queue), left);
    }
    EXPECT_TRUE(queue.empty());
  }
}

TEST(OutputQueueTest, APeerThatNeverQuiteCatchesUpCostsNoGrowingMemory) {
  OutputQueue queue;
  queue.Append("x");
  const std::string kilobyte(1024, 'k');
  for (int i = 0; i < 1000; ++i) {
    queue.Append(kilobyte);
    queue.Advance(1024);
    EXPECT_EQ(queue.size(), 1u);
    EXPECT_LE(queue.Tail()->capacity(), 3 * OutputQueue::kPieceSize);
  }
}

TEST(OutputQueueTest, GatherTakesWhatFits) {
  OutputQueue queue;
  for (int i = 0; i < 20; ++i) queue.AppendOwned(std::string(OutputQueue::kPieceSize, 'x'));
  BytesView pieces[kPieces];
  EXPECT_EQ(queue.Gather(pieces), kPieces);
}

TEST(OutputQueueTest, EmptiedItKeepsThePieceAndAllocatesNoMore) {
  OutputQueue queue;
  for (int i = 0; i < 10; ++i) {
    const testing::AllocationCounter allocations;
    queue.Append("a reply that is longer than a string holds in place");
    queue.Advance(queue.size());
    if (i > 0) {
      EXPECT_EQ(allocations.count(), 0u);
    }
  }
}

TEST(OutputQueueTest, ClearForgetsLargeMemory) {
  OutputQueue queue;
  queue.AppendOwned(std::string(1024 * 1024, 'x'));
  queue.Clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_LT(queue.Tail()->capacity(), OutputQueue::kPieceSize);
}

}  // namespace
}  // namespace mailroom
