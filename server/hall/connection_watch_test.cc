// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/connection_watch.h"

#include <chrono>

#include <gtest/gtest.h>

#include "mailroom/server/hall/testing/probed_loop.h"

namespace mailroom::server {
namespace {

using Phase = ConnectionWatch::Phase;

constexpr size_t kProgress = 16 * 1024;  // what counts as reading

class ConnectionWatchTest : public ::testing::Test {
 protected:
  // Moves the loop's time; no connection is there to be evicted.
  void Pass(Duration by) {
    loop.clock.Advance(by);
    ASSERT_TRUE(loop.loop().Run(io::Loop::Mode::kNoWait).ok());
  }
  TimePoint In(Duration after) { return loop.loop().now() + after; }

  ProbedLoop loop;
  Hall& hall = loop.hall();
  ConnectionWatch watch{hall, ConnectionId(SlotKind::kConnection, 0, 7, 1)};
};

TEST_F(ConnectionWatchTest, EachPhaseHasItsDeadlineAndItsGauge) {
  const IoCounters& counters = hall.counters;
  watch.Await(Phase::kIdle);
  EXPECT_EQ(hall.idle_deadlines.Next(), In(hall.options.idle_timeout));
  EXPECT_EQ(counters.connections_idle.get(), 1u);
  watch.Await(Phase::kHeader);
  EXPECT_TRUE(hall.idle_deadlines.empty());
  EXPECT_EQ(hall.header_deadlines.Next(), In(hall.options.header_timeout));
  EXPECT_EQ(counters.connections_idle.get(), 0u);
  EXPECT_EQ(counters.connections_reading.get(), 1u);
  watch.Await(Phase::kBody);
  EXPECT_TRUE(hall.header_deadlines.empty());
  EXPECT_EQ(hall.body_deadlines.Next(), In(hall.options.body_timeout));
  EXPECT_EQ(counters.connections_reading.get(), 1u);
  watch.Await(Phase::kFrozen);
  EXPECT_TRUE(hall.body_deadlines.empty());
  EXPECT_EQ(counters.connections_reading.get(), 0u);
  EXPECT_EQ(counters.connections_frozen.get(), 1u);
  EXPECT_TRUE(hall.half_close_deadlines.empty());
  watch.Await(Phase::kHalfClosed);
  EXPECT_EQ(hall.half_close_deadlines.Next(), In(hall.options.half_close_timeout));
  EXPECT_EQ(counters.connections_frozen.get(), 1u);
  watch.Await(Phase::kNone);
  EXPECT_TRUE(hall.half_close_deadlines.empty());
  EXPECT_EQ(counters.connections_frozen.get(), 0u);
}

TEST_F(ConnectionWatchTest, APhaseThatGoesOnKeepsItsDeadlineUnlessItBeginsAnew) {
  watch.Await(Phase::kHeader);
  const TimePoint first = hall.header_deadlines.Next();
  Pass(std::chrono::seconds(3));
  watch.Await(Phase::kHeader);
  EXPECT_EQ(hall.header_deadlines.Next(), first);
  watch.Await(Phase::kHeader, /*anew=*/true);
  EXPECT_EQ(hall.header_deadlines.Next(), first + std::chrono::seconds(3));
  EXPECT_EQ(hall.counters.connections_reading.get(), 1u) << "counted once";
}

TEST(ConnectionWatchLimitTest, AHalfCloseWithoutALimitHasNoDeadline) {
  ServerOptions options;
  options.half_close_timeout = Duration::zero();
  ProbedLoop loop(options);
  ConnectionWatch watch(loop.hall(), ConnectionId(SlotKind::kConnection, 0, 7, 1));
  watch.Await(Phase::kIdle);
  watch.Await(Phase::kHalfClosed);
  EXPECT_TRUE(loop.hall().half_close_deadlines.empty());
  EXPECT_TRUE(loop.hall().idle_deadlines.empty());
}

TEST_F(ConnectionWatchTest, OneThatEndsLeavesNoDeadlineAndNoGauge) {
  {
    ConnectionWatch other(hall, ConnectionId(SlotKind::kConnection, 0, 8, 1));
    other.Await(Phase::kIdle);
    other.AddWriting(0, 100);
  }
  EXPECT_TRUE(hall.idle_deadlines.empty());
  EXPECT_TRUE(hall.write_deadlines.empty());
  EXPECT_EQ(hall.counters.connections_idle.get(), 0u);
}

// The write deadline.

TEST_F(ConnectionWatchTest, ItBeginsWithTheFirstByteAndIsNotPutOffByMore) {
  watch.AddWriting(0, 100);
  const TimePoint first = hall.write_deadlines.Next();
  EXPECT_EQ(first, In(hall.options.write_timeout));
  Pass(std::chrono::seconds(10));
  watch.AddWriting(100, 300);
  EXPECT_EQ(hall.write_deadlines.Next(), first) << "who takes nothing and asks again";
}

TEST_F(ConnectionWatchTest, AnAnswerAfterOneThatWasTakenHasItsOwn) {
  watch.AddWriting(0, 100);
  Pass(std::chrono::seconds(29));
  watch.AddWriting(0, 100);  // nothing of the first one was left
  EXPECT_EQ(hall.write_deadlines.Next(), In(hall.options.write_timeout));
}

TEST_F(ConnectionWatchTest, AReaderThatTookSixteenKiBGetsAnother) {
  watch.AddWriting(0, 100 * 1000);
  Pass(hall.options.write_timeout);
  ASSERT_TRUE(hall.write_deadlines.empty()) << "it is due";
  EXPECT_TRUE(watch.GoOnWriting(100 * 1000 - kProgress));
  EXPECT_EQ(hall.write_deadlines.Next(), In(hall.options.write_timeout));
}

TEST_F(ConnectionWatchTest, AReaderThatTookLessDoesNot) {
  watch.AddWriting(0, 100 * 1000);
  Pass(hall.options.write_timeout);
  ASSERT_TRUE(hall.write_deadlines.empty()) << "it is due";
  EXPECT_FALSE(watch.GoOnWriting(100 * 1000 - kProgress + 1));
  EXPECT_TRUE(hall.write_deadlines.empty());
}

TEST_F(ConnectionWatchTest, TheSecondTimeItMustHaveTakenAsMuchAgain) {
  watch.AddWriting(0, 100 * 1000);
  EXPECT_TRUE(watch.GoOnWriting(50 * 1000));
  EXPECT_FALSE(watch.GoOnWriting(50 * 1000));
}

// What comes on top counts as not taken, or a client that asks again and again would
// seem to read.
TEST_F(ConnectionWatchTest, WhatIsQueuedBehindIsNoProgressAndHidesNone) {
  watch.AddWriting(0, 50 * 1000);
  watch.AddWriting(50 * 1000, 100 * 1000);
  EXPECT_FALSE(watch.GoOnWriting(100 * 1000));
  EXPECT_FALSE(watch.GoOnWriting(100 * 1000 - kProgress + 1));
  EXPECT_TRUE(watch.GoOnWriting(100 * 1000 - kProgress));
}

TEST_F(ConnectionWatchTest, WithNothingQueuedNobodyIsLate) {
  watch.AddWriting(0, 100);
  EXPECT_TRUE(watch.GoOnWriting(0));
}

}  // namespace
}  // namespace mailroom::server
