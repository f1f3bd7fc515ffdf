// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/deadline_list.h"

#include <memory>
#include <optional>

#include <gtest/gtest.h>

namespace mailroom::io {
namespace {

using std::chrono::seconds;
using Node = DeadlineList::Node;

const TimePoint kStart{seconds(100)};

SlotId Owner(uint32_t index) { return SlotId(SlotKind::kConnection, 0, index, 1); }

TEST(DeadlineListTest, WhatWasTouchedLastIsDueLast) {
  DeadlineList list{seconds(10)};
  Node first(Owner(1)), second(Owner(2));
  list.Touch(first, kStart);
  list.Touch(second, kStart + seconds(1));
  list.Touch(first, kStart + seconds(2));
  EXPECT_EQ(list.Next(), kStart + seconds(11));
  EXPECT_EQ(list.PopDue(kStart + seconds(10)), nullptr);
  EXPECT_EQ(list.PopDue(kStart + seconds(12))->owner(), Owner(2));
  EXPECT_EQ(list.PopDue(kStart + seconds(12))->owner(), Owner(1));
  EXPECT_EQ(list.PopDue(kStart + seconds(99)), nullptr);
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.Next(), kForever);
}

TEST(DeadlineListTest, RemoveIsIdempotentAndTheRestStays) {
  DeadlineList list{seconds(10)};
  Node first(Owner(1)), second(Owner(2)), third(Owner(3));
  for (Node* node : {&first, &second, &third}) list.Touch(*node, kStart);
  DeadlineList::Remove(second);
  DeadlineList::Remove(second);
  EXPECT_FALSE(second.linked());
  EXPECT_EQ(list.PopDue(kStart + seconds(10)), &first);
  EXPECT_EQ(list.PopDue(kStart + seconds(10)), &third);
}

TEST(DeadlineListTest, TouchedInAnotherListItMovesThere) {
  DeadlineList reading{seconds(5)};
  DeadlineList idle{seconds(60)};
  Node node(Owner(1));
  reading.Touch(node, kStart);
  idle.Touch(node, kStart);
  EXPECT_TRUE(reading.empty());
  EXPECT_EQ(idle.Next(), kStart + seconds(60));
}

TEST(DeadlineListTest, ANodeThatDiesLeavesAndAListThatDiesLetsGo) {
  Node outlives(Owner(2));
  {
    DeadlineList list{seconds(5)};
    {
      Node dies(Owner(1));
      list.Touch(dies, kStart);
      list.Touch(outlives, kStart);
    }
    EXPECT_EQ(list.PopDue(kStart + seconds(5)), &outlives);
    list.Touch(outlives, kStart);
  }
  EXPECT_FALSE(outlives.linked());
}

TEST(DeadlineListTest, ATimeoutOfForEverIsNeverDue) {
  DeadlineList list{Duration::max()};
  Node node(Owner(1));
  list.Touch(node, kStart);
  EXPECT_EQ(list.Next(), kForever);
  EXPECT_EQ(list.PopDue(TimePoint::max()), nullptr);
}

TEST(DeadlineListTest, NodeIsSmall) { EXPECT_LE(sizeof(Node), 32u); }

}  // namespace
}  // namespace mailroom::io
