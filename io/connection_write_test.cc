// SPDX-License-Identifier: Apache-2.0
// How a Connection writes: once a turn, never blocking, bounded.

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/base/output_queue.h"
#include "mailroom/base/testing/allocation_counter.h"
#include "mailroom/io/connection.h"
#include "mailroom/io/testing/loop_harness.h"

namespace mailroom::io {
namespace {

using ::testing::ElementsAre;
using Backend = LoopHarness::Backend;

// Far more than a socket pair buffers.
constexpr size_t kLots = 1024 * 1024;

class ConnectionWriteTest : public ::testing::TestWithParam<Backend> {};
INSTANTIATE_TEST_SUITE_P(All, ConnectionWriteTest,
                         ::testing::Values(Backend::kPlatform, Backend::kFake),
                         [](const auto& test) { return LoopHarness::NameOf(test.param); });

TEST_P(ConnectionWriteTest, AllWritesOfATurnLeaveInOneSend) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  const std::string large(OutputQueue::kMoveSize, 'L');
  harness.handler.on_read = [&](Connection& connection) {
    connection.Consume(connection.input().size());
    connection.Write("head ");
    *connection.WriteBuffer() += "formatted ";
    connection.Write(std::string(large));
    connection.Write(" tail");
    EXPECT_EQ(connection.queued_output(), 20 + large.size());
  };
  peer.Send("x");
  harness.Turn();
  EXPECT_EQ(peer.Receive(), "head formatted " + large + " tail");
  EXPECT_EQ(harness.loop.counters().writes, 1u);
  EXPECT_EQ(harness.last()->queued_output(), 0u);
}

#ifndef NDEBUG
// No mutex is held over a write, since nobody but the loop's thread may ask for one.
TEST_P(ConnectionWriteTest, F8_AConnectionHasOneOwner) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection& connection) {
    const auto write_elsewhere = [&connection] {
      std::thread([&connection] { connection.Write("stolen"); }).join();
    };
    EXPECT_DEATH(write_elsewhere(), "IsHeld");
    connection.Consume(connection.input().size());
  };
  peer.Send("x");
  harness.Turn();
  EXPECT_EQ(peer.Receive(), "");
}
#endif

TEST_P(ConnectionWriteTest, NothingLeavesBeforeStepSeven) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.last()->Write("x");
  EXPECT_EQ(peer.Receive(), "");
  harness.Turn();
  EXPECT_EQ(peer.Receive(), "x");
  harness.Turn(5);
  EXPECT_EQ(harness.loop.counters().writes, 1u);
}

TEST_P(ConnectionWriteTest, S24_NoWriteBlocksTheRestIsKeptAndDrained) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  std::string sent;
  for (size_t i = 0; sent.size() < kLots; ++i) sent += std::to_string(i) + " ";
  harness.last()->Write(std::string(sent));
  harness.Turn();
  EXPECT_GT(harness.last()->queued_output(), 0u);
  // While the kernel is full nothing is attempted, whatever is queued behind.
  const uint64_t writes = harness.loop.counters().writes;
  harness.last()->Write("the end");
  harness.Turn(5);
  EXPECT_EQ(harness.loop.counters().writes, writes);
  std::string received;
  while (received.size() < sent.size() + 7) {
    received += peer.Receive();
    harness.Turn();
  }
  EXPECT_EQ(received, sent + "the end");
  EXPECT_EQ(harness.last()->queued_output(), 0u);
}

TEST_P(ConnectionWriteTest, S24_HighWaterPausesReadingAndDrainedResumesIt) {
  Loop::Options options;
  options.connection.high_water = 1000;
  options.connection.low_water = 100;
  LoopHarness harness(GetParam(), options);
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection& connection) {
    connection.Consume(1);
    connection.Write(std::string(kLots, 'x'));
  };
  peer.Send("ab");
  harness.Turn();
  // 'b' waits although it was received already, and 'c' is not received at all.
  peer.Send("c");
  harness.Turn(5);
  EXPECT_THAT(harness.handler.TakeLog(), ElementsAre("accept", "read ab", "read b"));
  EXPECT_EQ(harness.loop.counters().reads, 1u);
  harness.handler.on_read = nullptr;
  while (harness.last()->queued_output() > 0) {
    EXPECT_FALSE(peer.Receive().empty());
    harness.Turn();
  }
  harness.Turn(3);
  EXPECT_THAT(harness.handler.log, ElementsAre("drained", "read c"));
}

TEST_P(ConnectionWriteTest, S24_HardCapCloses) {
  Loop::Options options;
  options.connection.hard_cap = kLots;
  LoopHarness harness(GetParam(), options);
  Peer peer = harness.Connect();
  harness.last()->Write(std::string(kLots, 'x'));
  harness.Turn();
  ASSERT_NE(harness.last(), nullptr);
  harness.last()->Write(std::string(kLots, 'y'));
  harness.Turn();
  EXPECT_EQ(harness.last(), nullptr);
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "close resource_exhausted"));
  EXPECT_EQ(harness.loop.counters().overflows, 1u);
}

// S20: what a driver needs of a loop for a socket that it opened itself.
TEST_P(ConnectionWriteTest, S20_AForeignDescriptorIsReadWrittenAndClosedAndItsWritesAreBounded) {
  Loop::Options options;
  options.connection.hard_cap = kLots;
  LoopHarness harness(GetParam(), options);
  std::pair<Peer, int> pair = Peer::Pair();
  ASSERT_TRUE(harness.loop.Adopt(pair.second, Address()).ok());
  pair.first.Send("rows");
  harness.Turn();
  harness.last()->Write("query");
  harness.Turn();
  EXPECT_EQ(pair.first.Receive(), "query");
  for (int i = 0; i < 2; ++i) {
    ASSERT_NE(harness.last(), nullptr);
    harness.last()->Write(std::string(kLots, 'x'));
    harness.Turn();
  }
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "read rows", "close resource_exhausted"));
}

TEST_P(ConnectionWriteTest, WritingToAGonePeerClosesWithTheReason) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.last()->PauseReading();
  Status why;
  harness.handler.on_close = [&](Connection&, const Status& status) { why = status; };
  peer.Close();
  harness.last()->Write("x");
  harness.loop.Find(harness.handler.accepted[0])->Write("y");
  harness.Turn();
  EXPECT_EQ(harness.loop.connection_count(), 0u);
  EXPECT_EQ(why.code(), Code::kUnavailable);
}

TEST_P(ConnectionWriteTest, S39_AtRestNothingIsOwnedAndATurnAllocatesNothing) {
  LoopHarness harness(GetParam());
  std::vector<Peer> peers;
  for (int i = 0; i < 4; ++i) peers.push_back(harness.Connect());
  harness.handler.on_read = [](Connection& connection) {
    connection.Consume(connection.input().size());
    connection.Write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
  };
  harness.handler.log.reserve(1000);  // its words are short and stand in place
  for (int request = 0; request < 20; ++request) {
    for (Peer& peer : peers) peer.Send("GET /");
    const mailroom::testing::AllocationCounter allocations;
    harness.Turn();
    // The first turn sizes the lists and makes the queues that are lent from then on.
    if (request > 0) {
      EXPECT_EQ(allocations.count(), 0u) << "request " << request;
    }
    for (Peer& peer : peers) EXPECT_FALSE(peer.Receive().empty());
  }
}

// What needs a script.

class ConnectionWriteScriptTest : public ::testing::Test {
 protected:
  ConnectionWriteScriptTest() : harness_(Backend::kFake), pair_(Peer::Pair()) {
    EXPECT_TRUE(harness_.loop.Adopt(pair_.second, Address()).ok());
  }
  Connection& connection() { return *harness_.last(); }
  Peer& peer() { return pair_.first; }
  int fd() const { return pair_.second; }

  LoopHarness harness_;
  std::pair<Peer, int> pair_;
};

TEST_F(ConnectionWriteScriptTest, S24_EveryCutOfAGatheredWriteArrivesWhole) {
  const std::string large(OutputQueue::kMoveSize, 'L');
  const std::string all = "head" + large + "middle" + large + "tail";
  for (const size_t cut : {size_t{1}, size_t{3}, size_t{4}, size_t{5}, size_t{4 + 4096},
                           size_t{4 + 4096 + 6}, all.size() - 1}) {
    connection().Write("head");
    connection().Write(std::string(large));
    connection().Write("middle");
    connection().Write(std::string(large));
    connection().Write("tail");
    harness_.fake->ScriptSend(fd(), IoResult::Done(cut));
    harness_.Turn();
    EXPECT_EQ(connection().queued_output(), all.size() - cut);
    harness_.Turn();
    EXPECT_EQ(peer().Receive(), all) << "cut at " << cut;
    EXPECT_EQ(connection().queued_output(), 0u);
  }
}

TEST_F(ConnectionWriteScriptTest, S45_WriteInterestOnlyWhileAWriteIsPartial) {
  const auto writable = [this] { return harness_.fake->interest(fd())->writable; };
  connection().Write("whole");
  harness_.Turn();
  EXPECT_FALSE(writable());
  EXPECT_EQ(harness_.fake->modify_count(), 0u);
  connection().Write("partial");
  harness_.fake->ScriptSend(fd(), IoResult::Done(2));
  harness_.Turn();
  EXPECT_TRUE(writable());
  harness_.fake->ScriptSend(fd(), IoResult::WouldBlock());
  harness_.Turn();
  EXPECT_TRUE(writable());
  harness_.Turn();
  EXPECT_FALSE(writable());
  EXPECT_EQ(harness_.fake->modify_count(), 2u);
  EXPECT_EQ(peer().Receive(), "wholepartial");
}

TEST_F(ConnectionWriteScriptTest, S43_WritableIsServedBeforeReadable) {
  connection().Write("rest");
  harness_.fake->ScriptSend(fd(), IoResult::WouldBlock());
  harness_.Turn();
  size_t queued_at_read = 1;
  harness_.handler.on_read = [&](Connection& connection) {
    queued_at_read = connection.queued_output();
    connection.Consume(connection.input().size());
  };
  peer().Send("x");
  harness_.Turn();
  EXPECT_EQ(harness_.handler.Count("read x"), 1u);
  EXPECT_EQ(queued_at_read, 0u);
}

TEST_F(ConnectionWriteScriptTest, BrokenPipeInStepSevenClosesInStepEight) {
  connection().Write("x");
  harness_.fake->ScriptSend(fd(), IoResult::Failed(Unavailable("send: EPIPE")));
  harness_.Turn();
  EXPECT_THAT(harness_.handler.log, ElementsAre("accept", "close unavailable"));
  EXPECT_EQ(harness_.fake->watched(), 0u);
}

TEST_F(ConnectionWriteScriptTest, MoreThanOneSendTakesGoesOverTheNextTurns) {
  std::string all;
  for (size_t i = 0; i < Socket::kMaxPieces + 5; ++i) {
    all += std::string(OutputQueue::kMoveSize, static_cast<char>('A' + i % 26));
    connection().Write(all.substr(all.size() - OutputQueue::kMoveSize));
  }
  std::string received;
  while (received.size() < all.size()) {
    harness_.Turn();
    received += peer().Receive();
  }
  EXPECT_EQ(received, all);
}

TEST_F(ConnectionWriteScriptTest, FailedModifyClosesWithOnClose) {
  connection().Write("partial");
  harness_.fake->ScriptSend(fd(), IoResult::Done(1));
  harness_.fake->FailNextModify(ResourceExhausted("epoll_ctl: out of memory"));
  harness_.Turn();
  EXPECT_THAT(harness_.handler.log, ElementsAre("accept", "close resource_exhausted"));
}

TEST_F(ConnectionWriteScriptTest, S24_TheMarksThemselves) {
  Loop::Options options;
  options.connection.high_water = 10;
  options.connection.low_water = 5;
  LoopHarness harness(Backend::kFake, options);
  std::pair<Peer, int> pair = Peer::Pair();
  ASSERT_TRUE(harness.loop.Adopt(pair.second, Address()).ok());
  harness.last()->Write(std::string(10, 'x'));
  EXPECT_TRUE(harness.last()->TakesMore()) << "up to the high-water mark";
  harness.last()->Write("x");
  EXPECT_FALSE(harness.last()->TakesMore());
  harness.fake->ScriptSend(pair.second, IoResult::Done(5));
  harness.Turn();
  EXPECT_EQ(harness.handler.Count("drained"), 0u) << "6 bytes are left";
  harness.fake->ScriptSend(pair.second, IoResult::Done(1));
  harness.Turn();
  EXPECT_EQ(harness.last()->queued_output(), 5u);
  EXPECT_EQ(harness.handler.Count("drained"), 1u) << "from the low-water mark on";
  EXPECT_TRUE(harness.last()->TakesMore());
}

TEST_F(ConnectionWriteScriptTest, OnDrainedMayWriteInStepSevenAndTheLoopDoesNotSleepOnIt) {
  Loop::Options options;
  options.connection.high_water = 10;
  options.connection.low_water = 5;
  LoopHarness harness(Backend::kFake, options);
  std::pair<Peer, int> pair = Peer::Pair();
  ASSERT_TRUE(harness.loop.Adopt(pair.second, Address()).ok());
  harness.handler.on_drained = [](Connection& connection) { connection.Write("more"); };
  harness.last()->Write(std::string(20, 'x'));
  harness.fake->ScriptSend(pair.second, IoResult::Done(1));
  harness.Turn(2);
  EXPECT_EQ(pair.first.Receive(), std::string(20, 'x') + "more");
}

}  // namespace
}  // namespace mailroom::io
