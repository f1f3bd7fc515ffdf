// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/timer_heap.h"

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/random.h"
#include "mailroom/base/testing/allocation_counter.h"

namespace mailroom {
namespace {

using std::chrono::milliseconds;

TimePoint At(int64_t ms) { return TimePoint(milliseconds(ms)); }

std::vector<int> PopAll(TimerHeap<int>* heap, TimePoint now) {
  std::vector<int> popped;
  while (const std::optional<int> due = heap->PopDue(now)) popped.push_back(*due);
  return popped;
}

TEST(TimerHeapTest, AnEmptyOneWaitsForEver) {
  TimerHeap<int> heap;
  EXPECT_EQ(heap.NextDeadline(), kForever);
  EXPECT_EQ(heap.PopDue(At(1'000'000)), std::nullopt);
  EXPECT_TRUE(heap.empty());
  EXPECT_FALSE(heap.Cancel(TimerId()));
}

// S14: the nearest deadline is what a wait gets as its timeout.
TEST(TimerHeapTest, S14_Invariant1_FiresInOrderOfDeadlines) {
  TimerHeap<int> heap;
  for (const int ms : {50, 10, 40, 20, 30}) heap.Add(At(ms), ms);
  EXPECT_EQ(heap.NextDeadline(), At(10));
  EXPECT_EQ(heap.PopDue(At(9)), std::nullopt);
  EXPECT_EQ(PopAll(&heap, At(30)), (std::vector<int>{10, 20, 30}));
  EXPECT_EQ(heap.NextDeadline(), At(40));
  EXPECT_EQ(PopAll(&heap, At(100)), (std::vector<int>{40, 50}));
}

TEST(TimerHeapTest, Invariant1_EqualDeadlinesFireInTheOrderAdded) {
  TimerHeap<int> heap;
  std::vector<int> expected;
  for (int i = 0; i < 100; ++i) {
    heap.Add(At(5), i);
    expected.push_back(i);
  }
  EXPECT_EQ(PopAll(&heap, At(5)), expected);
}

TEST(TimerHeapTest, FiresExactlyAtTheDeadline) {
  TimerHeap<int> heap;
  heap.Add(At(5), 1);
  EXPECT_EQ(heap.PopDue(At(5) - std::chrono::nanoseconds(1)), std::nullopt);
  EXPECT_EQ(heap.PopDue(At(5)), 1);
}

TEST(TimerHeapTest, ForeverNeverFires) {
  TimerHeap<int> heap;
  const TimerId id = heap.Add(kForever, 1);
  EXPECT_EQ(heap.PopDue(kForever), std::nullopt);
  EXPECT_TRUE(heap.Cancel(id));
}

TEST(TimerHeapTest, Invariant2_CancelTakesTheTimerOutAtOnce) {
  TimerHeap<int> heap;
  std::vector<TimerId> ids;
  for (int i = 0; i < 30; ++i) ids.push_back(heap.Add(At(i), i));
  for (size_t i = 0; i < 30; i += 3) EXPECT_TRUE(heap.Cancel(ids[i]));
  EXPECT_EQ(heap.size(), 20u);
  std::vector<int> expected;
  for (int i = 0; i < 30; ++i) {
    if (i % 3 != 0) expected.push_back(i);
  }
  EXPECT_EQ(PopAll(&heap, At(100)), expected);
}

TEST(TimerHeapTest, Invariant3_AStaleIdIsHarmless) {
  TimerHeap<int> heap;
  const TimerId fired = heap.Add(At(1), 1);
  EXPECT_EQ(heap.PopDue(At(1)), 1);
  EXPECT_FALSE(heap.Cancel(fired));
  const TimerId tenant = heap.Add(At(2), 2);
  ASSERT_EQ(tenant.index(), fired.index());
  EXPECT_FALSE(heap.Cancel(fired));
  EXPECT_TRUE(heap.Cancel(tenant));
  EXPECT_FALSE(heap.Cancel(tenant));
  EXPECT_FALSE(heap.Cancel(TimerId(tenant.index(), tenant.generation() + 1)));
  EXPECT_FALSE(heap.Cancel(TimerId(99, 1)));
}

TEST(TimerHeapTest, Invariant3_ANodeThatWouldWrapIsRetired) {
  TimerHeap<int> heap(UINT32_MAX - 1);
  const TimerId last = heap.Add(At(1), 1);
  EXPECT_EQ(last.generation(), UINT32_MAX);
  EXPECT_TRUE(heap.Cancel(last));
  const TimerId next = heap.Add(At(1), 2);
  EXPECT_NE(next.index(), last.index());
  EXPECT_FALSE(heap.Cancel(last));
  EXPECT_EQ(heap.PopDue(At(1)), 2);
}

TEST(TimerHeapTest, CarriesWhatOnlyMoves) {
  TimerHeap<std::unique_ptr<int>> heap;
  heap.Add(At(1), std::make_unique<int>(7));
  const std::optional<std::unique_ptr<int>> due = heap.PopDue(At(1));
  ASSERT_TRUE(due.has_value());
  EXPECT_EQ(**due, 7);
}

TEST(TimerHeapTest, CancelDestroysThePayload) {
  TimerHeap<std::shared_ptr<int>> heap;
  const auto counted = std::make_shared<int>(0);
  const TimerId id = heap.Add(At(1), counted);
  EXPECT_EQ(counted.use_count(), 2);
  EXPECT_TRUE(heap.Cancel(id));
  EXPECT_EQ(counted.use_count(), 1);
}

// The scar of lazy deletion: calls that end at once under an hour's deadline.
TEST(TimerHeapTest, CancelledTimersLeaveNoMemoryBehind) {
  TimerHeap<int> heap;
  const TimerId first = heap.Add(At(0), 0);
  heap.Cancel(first);
  testing::AllocationCounter allocations;
  for (int i = 0; i < 100'000; ++i) {
    EXPECT_TRUE(heap.Cancel(heap.Add(At(3'600'000 + i), i)));
  }
  EXPECT_EQ(allocations.count(), 0u);
  EXPECT_TRUE(heap.empty());
}

TEST(TimerHeapTest, SteadyStateAllocatesNothing) {
  TimerHeap<int> heap;
  for (int i = 0; i < 1000; ++i) heap.Add(At(i), i);
  PopAll(&heap, At(1000));
  testing::AllocationCounter allocations;
  for (int i = 0; i < 1000; ++i) heap.Add(At(999 - i), i);
  while (heap.PopDue(At(1000))) {
  }
  EXPECT_EQ(allocations.count(), 0u);
}

TEST(TimerHeapTest, BehavesLikeASortedMapUnderRandomTraffic) {
  Random random(3);
  TimerHeap<int> heap;
  std::map<std::pair<TimePoint, int>, TimerId> model;  // ordered by deadline, then by Add
  int64_t now = 0;
  for (int i = 0; i < 40'000; ++i) {
    const uint32_t choice = random.Below(10);
    if (choice < 5) {
      const TimePoint deadline = At(now + random.Below(50));
      model.emplace(std::pair(deadline, i), heap.Add(deadline, i));
    } else if (choice < 7 && !model.empty()) {
      const auto victim = std::next(
          model.begin(), random.Below(static_cast<uint32_t>(std::min<size_t>(model.size(), 20))));
      ASSERT_TRUE(heap.Cancel(victim->second));
      model.erase(victim);
    } else {
      now += random.Below(4);
      while (!model.empty() && model.begin()->first.first <= At(now)) {
        ASSERT_EQ(heap.PopDue(At(now)), model.begin()->first.second);
        model.erase(model.begin());
      }
      ASSERT_EQ(heap.PopDue(At(now)), std::nullopt);
    }
    ASSERT_EQ(heap.size(), model.size());
    ASSERT_EQ(heap.NextDeadline(), model.empty() ? kForever : model.begin()->first.first);
  }
}

}  // namespace
}  // namespace mailroom
