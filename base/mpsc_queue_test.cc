// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/mpsc_queue.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/testing/allocation_counter.h"
#include "mailroom/base/thread.h"

namespace mailroom {
namespace {

using testing::AllocationCounter;

QueueItem Item(uint64_t word) { return QueueItem{word, nullptr}; }

TEST(MpscQueueTest, GivesBackWhatWasPushed) {
  MpscQueue queue;
  MpscQueue::Producer producer = queue.MakeProducer();
  int target = 0;
  queue.Push(producer, QueueItem{7, &target});
  EXPECT_EQ(queue.SizeApprox(), 1u);
  QueueItem item;
  ASSERT_TRUE(queue.TryPop(&item));
  EXPECT_EQ(item.word, 7u);
  EXPECT_EQ(item.pointer, &target);
  EXPECT_FALSE(queue.TryPop(&item));
  EXPECT_EQ(queue.SizeApprox(), 0u);
}

TEST(MpscQueueTest, IsFifoPerProducer) {
  MpscQueue queue;
  MpscQueue::Producer producer = queue.MakeProducer();
  for (uint64_t i = 0; i < 1000; ++i) queue.Push(producer, Item(i));
  for (uint64_t i = 0; i < 1000; ++i) {
    QueueItem item;
    ASSERT_TRUE(queue.TryPop(&item));
    ASSERT_EQ(item.word, i);
  }
}

TEST(MpscQueueTest, AThreadWithoutAProducerIsFifoToo) {
  MpscQueue queue;
  for (uint64_t i = 0; i < 1000; ++i) queue.Push(Item(i));
  std::array<QueueItem, 64> items;
  uint64_t next = 0;
  while (const size_t count = queue.TryPopBulk(items.data(), items.size())) {
    for (size_t i = 0; i < count; ++i) ASSERT_EQ(items[i].word, next++);
  }
  EXPECT_EQ(next, 1000u);
}

// Why a thread that has pushed for long may still allocate once more: the block that its items have
// left is nobody's, and another thread's first push takes it.
TEST(MpscQueueTest, ABlockThatIsEmptyGoesToWhoeverPushesNext) {
  constexpr int kBlock = 32;
  MpscQueue queue;
  MpscQueue::Consumer consumer = queue.MakeConsumer();
  const auto fill_a_block = [&queue, &consumer] {
    const AllocationCounter allocations;
    QueueItem item;
    for (int i = 0; i < kBlock; ++i) {
      queue.Push(Item(1));
      EXPECT_TRUE(queue.TryPop(consumer, &item));
    }
    return allocations.count();
  };
  fill_a_block();
  EXPECT_EQ(fill_a_block(), 0u);
  Thread("other", [&queue] { queue.Push(Item(2)); }).Join();
  QueueItem item;
  ASSERT_TRUE(queue.TryPop(consumer, &item));
  EXPECT_EQ(fill_a_block(), AllocationCounter::kCounts ? 1u : 0u);
  EXPECT_EQ(fill_a_block(), 0u);
}

TEST(MpscQueueTest, ABulkPopKeepsTheOrder) {
  MpscQueue queue;
  MpscQueue::Producer producer = queue.MakeProducer();
  for (uint64_t i = 1; i <= 3; ++i) queue.Push(producer, Item(i));
  std::array<QueueItem, 2> popped;
  ASSERT_EQ(queue.TryPopBulk(popped.data(), popped.size()), 2u);
  EXPECT_EQ(popped[0].word, 1u);
  EXPECT_EQ(popped[1].word, 2u);
  EXPECT_EQ(queue.TryPopBulk(popped.data(), popped.size()), 1u);
  EXPECT_EQ(popped[0].word, 3u);
}

TEST(MpscQueueTest, ItemsOutliveTheirProducer) {
  MpscQueue queue;
  {
    MpscQueue::Producer first = queue.MakeProducer();
    MpscQueue::Producer second = std::move(first);
    EXPECT_FALSE(first);  // NOLINT: the promise that is tested
    queue.Push(second, Item(1));
  }
  QueueItem item;
  ASSERT_TRUE(queue.TryPop(&item));
  EXPECT_EQ(item.word, 1u);
}

// How many pops it takes until the one item of a quiet producer comes out, while
// two others never run dry.
template <class Pop>
int PopsUntilTheQuietOneIsServed(MpscQueue* queue, Pop pop) {
  std::vector<MpscQueue::Producer> busy;
  for (int i = 0; i < 2; ++i) busy.push_back(queue->MakeProducer());
  for (int i = 0; i < 2000; ++i) {
    for (MpscQueue::Producer& producer : busy) queue->Push(producer, Item(1));
  }
  QueueItem item;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(pop(&item));
  MpscQueue::Producer quiet = queue->MakeProducer();
  queue->Push(quiet, Item(2));
  for (int pops = 1; pops < 100'000; ++pops) {
    if (!pop(&item)) return -1;
    if (item.word == 2) return pops;
    queue->Push(busy[static_cast<size_t>(pops) % 2], Item(1));
  }
  return -1;
}

// Without the consumer's token it was seen to starve for 200,000 pops.
TEST(MpscQueueTest, AQuietProducerIsNotStarvedByBusyOnes) {
  MpscQueue queue;
  const int pops =
      PopsUntilTheQuietOneIsServed(&queue, [&](QueueItem* item) { return queue.TryPop(item); });
  EXPECT_GT(pops, 0);
  EXPECT_LE(pops, 2 * static_cast<int>(MpscQueue::kQuota) + 1);
}

TEST(MpscQueueTest, AQuietProducerIsNotStarvedForAConsumerEither) {
  MpscQueue queue;
  MpscQueue::Consumer consumer = queue.MakeConsumer();
  const int pops = PopsUntilTheQuietOneIsServed(
      &queue, [&](QueueItem* item) { return queue.TryPop(consumer, item); });
  EXPECT_GT(pops, 0);
  EXPECT_LE(pops, 2 * static_cast<int>(MpscQueue::kQuota) + 1);
}

// Pushes `count` numbered items, with a producer of its own or, as every other
// thread does, without.
void PushNumbered(MpscQueue* queue, uint64_t source, uint64_t count) {
  MpscQueue::Producer producer = queue->MakeProducer();
  for (uint64_t i = 0; i < count; ++i) {
    const QueueItem item = Item(source << 32 | i);
    if (source % 2 == 0) {
      queue->Push(producer, item);
    } else {
      queue->Push(item);
    }
  }
}

constexpr uint64_t kSources = 4;
constexpr uint64_t kPerSource = 50'000;

TEST(MpscQueueTest, ManyProducersLoseNothingAndKeepTheirOrder) {
  MpscQueue queue;
  std::vector<Thread> threads;
  for (uint64_t source = 0; source < kSources; ++source) {
    threads.emplace_back("producer",
                         [&queue, source] { PushNumbered(&queue, source, kPerSource); });
  }
  std::array<uint64_t, kSources> next = {};
  uint64_t popped = 0;
  std::array<QueueItem, 64> items;
  while (popped < kSources * kPerSource) {
    const size_t count = queue.TryPopBulk(items.data(), items.size());
    for (size_t i = 0; i < count; ++i) {
      const uint64_t source = items[i].word >> 32;
      ASSERT_EQ(items[i].word & UINT32_MAX, next.at(source)++);
    }
    popped += count;
    if (count == 0) std::this_thread::yield();
  }
  EXPECT_EQ(queue.TryPopBulk(items.data(), items.size()), 0u);
}

// A run queue: whoever pops with a Consumer of his own shares the work.
TEST(MpscQueueTest, ManyConsumersTakeEachItemOnce) {
  MpscQueue queue;
  std::atomic<uint64_t> popped{0};
  std::vector<std::atomic<uint8_t>> taken(kSources * kPerSource);
  std::vector<Thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back("consumer", [&] {
      MpscQueue::Consumer consumer = queue.MakeConsumer();
      QueueItem item;
      while (popped < kSources * kPerSource) {
        if (!queue.TryPop(consumer, &item)) {
          std::this_thread::yield();
          continue;
        }
        ++taken[(item.word >> 32) * kPerSource + (item.word & UINT32_MAX)];
        ++popped;
      }
    });
  }
  for (uint64_t source = 0; source < kSources; ++source) {
    threads.emplace_back("producer",
                         [&queue, source] { PushNumbered(&queue, source, kPerSource); });
  }
  threads.clear();
  EXPECT_TRUE(std::all_of(taken.begin(), taken.end(), [](const auto& n) { return n == 1; }));
}

TEST(MpscQueueTest, SteadyTrafficAllocatesNothing) {
  MpscQueue queue;
  MpscQueue::Producer producer = queue.MakeProducer();
  QueueItem item;
  const auto round = [&] {
    for (int i = 0; i < 200; ++i) queue.Push(producer, Item(1));
    for (int i = 0; i < 200; ++i) queue.Push(Item(2));
    while (queue.TryPop(&item)) {
    }
  };
  for (int i = 0; i < 10; ++i) round();
  AllocationCounter allocations;
  for (int i = 0; i < 100; ++i) round();
  EXPECT_EQ(allocations.count(), 0u);
}

// What an idle actor pays. Measured with concurrentqueue 1.0.3 on x86-64; the bounds
// leave room for another version, not for another order of magnitude.
TEST(MpscQueueTest, AnIdleQueueIsSmall) {
  AllocationCounter allocations;
  MpscQueue queue;
  const uint64_t empty = allocations.bytes();
  MpscQueue::Producer producer = queue.MakeProducer();
  const uint64_t with_producer = allocations.bytes();
  queue.Push(producer, Item(1));
  QueueItem item;
  ASSERT_TRUE(queue.TryPop(&item));
  const uint64_t used = allocations.bytes();
  RecordProperty("empty_bytes", static_cast<int>(empty));
  RecordProperty("producer_bytes", static_cast<int>(with_producer - empty));
  RecordProperty("first_push_bytes", static_cast<int>(used - with_producer));
  EXPECT_LE(empty, 512u);
  EXPECT_LE(with_producer - empty, 512u);
  EXPECT_LE(used - with_producer, 1024u);
}

}  // namespace
}  // namespace mailroom
