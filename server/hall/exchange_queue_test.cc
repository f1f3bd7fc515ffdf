// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/exchange_queue.h"

#include <chrono>

#include <gtest/gtest.h>

#include "mailroom/server/hall/testing/probed_loop.h"

namespace mailroom::server {
namespace {

http::StreamId Stream(uint32_t number) { return http::StreamId{number}; }

class ExchangeQueueTest : public ::testing::Test {
 protected:
  ProbedLoop loop;
  ExchangeQueue queue{loop.hall()};
};

TEST_F(ExchangeQueueTest, KeepsTheOrderInWhichTheyCame) {
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.first(), nullptr);
  EXPECT_EQ(queue.last(), nullptr);
  for (uint32_t i = 1; i <= 3; ++i) {
    Exchange& added = queue.Append(Stream(i));
    EXPECT_EQ(queue.last(), &added);
    EXPECT_EQ(added.stream, Stream(i));
    EXPECT_EQ(added.began, loop.loop().now());
    EXPECT_EQ(added.state, Exchange::State::kReceiving);
  }
  for (uint32_t i = 1; i <= 3; ++i) {
    ASSERT_FALSE(queue.empty());
    EXPECT_EQ(queue.first()->stream, Stream(i));
    queue.PopFirst();
  }
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.last(), nullptr);
}

// A pointer at one that was popped would be read by whoever asks what may overlap.
TEST_F(ExchangeQueueTest, EachKnowsTheOneBeforeItAndTheFirstNone) {
  const Exchange& first = queue.Append(Stream(1));
  const Exchange& second = queue.Append(Stream(2));
  EXPECT_EQ(first.previous, nullptr);
  EXPECT_EQ(second.previous, &first);
  queue.PopFirst();
  EXPECT_EQ(second.previous, nullptr);
  queue.PopFirst();
  EXPECT_EQ(queue.Append(Stream(3)).previous, nullptr) << "an empty queue has no last one";
}

TEST_F(ExchangeQueueTest, FindsByStream) {
  queue.Append(Stream(1));
  Exchange& second = queue.Append(Stream(2));
  EXPECT_EQ(queue.Find(Stream(2)), &second);
  EXPECT_EQ(queue.Find(Stream(3)), nullptr);
  queue.PopFirst();
  EXPECT_EQ(queue.Find(Stream(1)), nullptr);
}

TEST_F(ExchangeQueueTest, OneIsTakenOutOfAnyPlace) {
  for (uint32_t gone = 1; gone <= 3; ++gone) {
    for (uint32_t i = 1; i <= 3; ++i) queue.Append(Stream(i));
    queue.Remove(*queue.Find(Stream(gone)));
    EXPECT_EQ(queue.Find(Stream(gone)), nullptr);
    const Exchange* previous = nullptr;
    for (const Exchange* one = queue.first(); one != nullptr; one = one->next.get()) {
      EXPECT_EQ(one->previous, previous);
      previous = one;
    }
    EXPECT_EQ(queue.last(), previous);
    while (!queue.empty()) queue.PopFirst();
  }
}

TEST_F(ExchangeQueueTest, OneFromThePoolIsAsNew) {
  Exchange& used = queue.Append(Stream(1));
  used.refused = used.shed = used.accept_post = true;
  used.state = Exchange::State::kReady;
  used.deadline = loop.clock.Now();
  used.status = Internal("old");
  used.user_agent = "old";
  used.request_bytes = 7;
  queue.PopFirst();
  const Exchange& again = queue.Append(Stream(2));
  EXPECT_EQ(&again, &used) << "the pool's";
  EXPECT_FALSE(again.refused || again.shed || again.accept_post);
  EXPECT_EQ(again.state, Exchange::State::kReceiving);
  EXPECT_EQ(again.deadline, kForever);
  EXPECT_TRUE(again.status.ok());
  EXPECT_TRUE(again.user_agent.empty());
  EXPECT_EQ(again.request_bytes, 0u);
}

TEST_F(ExchangeQueueTest, WhatIsDroppedGivesItsBodyMemoryBack) {
  Hall& hall = loop.hall();
  {
    ExchangeQueue other(hall);
    Exchange& exchange = other.Append(Stream(1));
    exchange.envelope = hall.TakeEnvelope();
    ASSERT_TRUE(hall.ChargeBody(*exchange.envelope, 100));
    EXPECT_EQ(hall.counters.body_bytes.get(), 100u);
  }
  EXPECT_EQ(hall.counters.body_bytes.get(), 0u);
}

}  // namespace
}  // namespace mailroom::server
