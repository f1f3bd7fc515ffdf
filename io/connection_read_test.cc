// SPDX-License-Identifier: Apache-2.0
// How a Connection reads: what is offered, when, and when nothing is received.

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/base/buffer.h"
#include "mailroom/base/testing/allocation_counter.h"
#include "mailroom/io/connection.h"
#include "mailroom/io/listener.h"
#include "mailroom/io/testing/loop_harness.h"

namespace mailroom::io {
namespace {

using mailroom::testing::AllocationCounter;
using ::testing::ElementsAre;
using Backend = LoopHarness::Backend;

Loop::Options SmallReads(size_t read_size) {
  Loop::Options options;
  options.connection.read_size = read_size;
  return options;
}

class ConnectionReadTest : public ::testing::TestWithParam<Backend> {};
INSTANTIATE_TEST_SUITE_P(All, ConnectionReadTest,
                         ::testing::Values(Backend::kPlatform, Backend::kFake),
                         [](const auto& test) { return LoopHarness::NameOf(test.param); });

TEST_P(ConnectionReadTest, S39_OffersWhatCameAndForgetsWhatWasConsumed) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  peer.Send("hello");
  harness.Turn();
  peer.Send("world");
  harness.Turn(3);
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "read hello", "read world"));
}

TEST_P(ConnectionReadTest, S39_WhatIsNotConsumedStaysInFrontOfWhatComes) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection& connection) {
    if (connection.input().size() >= 6) connection.Consume(6);
  };
  for (const char* part : {"ab", "cd", "ef"}) {
    peer.Send(part);
    harness.Turn(2);
  }
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "read ab", "read abcd", "read abcdef"));
  EXPECT_TRUE(harness.last()->input().empty());
}

// The flaw: with one message per readable event the second of two pipelined ones
// stayed unread until more bytes came.
TEST_P(ConnectionReadTest, S27_S39_F4_OneMessagePerHookStillServesAllWithoutNewBytes) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection& connection) {
    if (connection.input().size() >= 3) connection.Consume(3);
  };
  peer.Send(
      "one"
      "two"
      "six"
      "te");
  harness.Turn();
  EXPECT_THAT(harness.handler.log,
              ElementsAre("accept", "read onetwosixte", "read twosixte", "read sixte", "read te"));
  // What is no whole message is not offered again for nothing.
  harness.Turn(10);
  EXPECT_EQ(harness.handler.log.size(), 5u);
  EXPECT_EQ(harness.loop.counters().reads, 1u);
}

TEST_P(ConnectionReadTest, S27_OneReadPerConnectionAndTurn) {
  LoopHarness harness(GetParam(), SmallReads(4));
  Peer greedy = harness.Connect();
  Peer modest = harness.Connect();
  greedy.Send(std::string(100, 'g'));
  modest.Send("m");
  harness.Turn();
  EXPECT_THAT(harness.handler.log,
              ::testing::UnorderedElementsAre("accept", "accept", "read gggg", "read m"));
  EXPECT_EQ(harness.loop.counters().reads, 2u);
}

TEST_P(ConnectionReadTest, NothingIsReceivedWhilePaused) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection& connection) {
    connection.Consume(connection.input().size());
    connection.PauseReading();
  };
  peer.Send("one");
  harness.Turn();
  peer.Send("two");
  harness.Turn(10);
  EXPECT_EQ(harness.loop.counters().reads, 1u);
  EXPECT_TRUE(harness.last()->reading_paused());
  harness.last()->ResumeReading();
  harness.Turn(2);
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "read one", "read two"));
}

TEST_P(ConnectionReadTest, S39_ResumeOffersWhatIsStillThereWithoutNewBytes) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection& connection) {
    connection.Consume(3);
    connection.PauseReading();
  };
  peer.Send("onetwo");
  harness.Turn(5);
  EXPECT_THAT(harness.handler.TakeLog(), ElementsAre("accept", "read onetwo"));
  harness.last()->ResumeReading();
  harness.Turn();
  EXPECT_THAT(harness.handler.log, ElementsAre("read two"));
}

TEST_P(ConnectionReadTest, ResumedInSettleIsOfferedInTheSameTurn) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection& connection) {
    connection.Consume(3);
    connection.PauseReading();
  };
  harness.handler.settle = [&] {
    const bool frozen = harness.last()->reading_paused();
    harness.last()->ResumeReading();
    return frozen;
  };
  peer.Send("onetwosix");
  harness.Turn();
  EXPECT_THAT(harness.handler.log,
              ElementsAre("accept", "read onetwosix", "read twosix", "read six"));
}

// The flaw: a read of 0 bytes without an error was ignored, and the loop span.
TEST_P(ConnectionReadTest, S13_F1_PeerEndIsToldOnceAndDoesNotSpin) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  peer.Send("bye");
  peer.ShutdownWrite();
  harness.Turn(10);
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "read bye", "read end"));
  EXPECT_EQ(harness.loop.counters().reads, 2u);
  // Half closed: the answer is still delivered.
  harness.last()->Write("answer");
  harness.last()->CloseAfterFlush();
  harness.Turn();
  EXPECT_EQ(peer.Receive(), "answer");
  EXPECT_TRUE(peer.AtEnd());
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "read bye", "read end", "close ok"));
}

TEST_P(ConnectionReadTest, EndWhilePausedIsNotRead) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection& connection) {
    connection.Consume(connection.input().size());
    if (!connection.peer_closed()) connection.PauseReading();
  };
  peer.Send("call");
  harness.Turn();
  peer.ShutdownWrite();
  harness.Turn(10);
  EXPECT_FALSE(harness.last()->peer_closed());
  EXPECT_TRUE(harness.last()->peer_ending());
  EXPECT_THAT(harness.handler.TakeLog(), ElementsAre("accept", "read call", "peer end"));
  harness.last()->Write("answer");
  harness.last()->ResumeReading();
  harness.Turn(2);
  EXPECT_EQ(peer.Receive(), "answer");
  EXPECT_THAT(harness.handler.log, ElementsAre("read end"));
}

// Bytes that came first had switched off all that told of the end.
TEST_P(ConnectionReadTest, EndBehindUnreadBytesIsNoticedOnceAndUnread) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection& connection) {
    connection.Consume(connection.input().size());
  };
  harness.last()->PauseReading();
  peer.Send("unread");
  harness.Turn(10);
  EXPECT_FALSE(harness.last()->peer_ending());
  peer.ShutdownWrite();
  harness.Turn(10);
  EXPECT_THAT(harness.handler.TakeLog(), ElementsAre("accept", "peer end"));
  EXPECT_EQ(harness.loop.counters().reads, 0u);
  EXPECT_EQ(harness.loop.counters().interest_changes, 2u) << "bytes, then the end: no spinning";
  harness.last()->ResumeReading();
  harness.Turn(3);
  EXPECT_THAT(harness.handler.log, ElementsAre("read unread", "read end"));
}

TEST_P(ConnectionReadTest, EndWhileFinishingIsNobodysBusiness) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  peer.ShutdownWrite();
  harness.last()->PauseReading();
  harness.last()->CloseAfterFlush();
  harness.Turn(3);
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "close ok"));
}

// The flaw: EPOLLERR|EPOLLHUP closed before what was buffered was read.
TEST_P(ConnectionReadTest, S13_F3_BytesBeforeAHangUpAreOfferedFirst) {
  LoopHarness harness(GetParam(), SmallReads(4));
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection& connection) {
    connection.Consume(connection.input().size());
    if (connection.peer_closed()) connection.Close();
  };
  peer.Send("12345678");
  peer.Close();
  harness.Turn(5);
  EXPECT_THAT(harness.handler.log,
              ElementsAre("accept", "read 1234", "read 5678", "read end", "close ok"));
}

TEST_P(ConnectionReadTest, HangUpAfterTheEndWasReadIsAReset) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  peer.ShutdownWrite();
  harness.Turn();
  peer.Close();
  harness.Turn(10);
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "read end", "reset", "close unavailable"));
}

TEST_P(ConnectionReadTest, HangUpWhilePausedIsNoticedAtOnce) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.last()->PauseReading();
  peer.Send("never read");
  harness.Turn(3);
  peer.Close();
  harness.Turn();
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "reset", "close unavailable"));
  EXPECT_EQ(harness.loop.counters().reads, 0u);
}

TEST_P(ConnectionReadTest, TcpResetIsToldPausedOrNot) {
  for (const bool paused : {false, true}) {
    LoopHarness harness(GetParam());
    Result<Listener> listener = Listener::Bind(*Address::Parse("127.0.0.1:0"));
    ASSERT_TRUE(listener.ok());
    const Address address = listener->bound_address();
    ASSERT_TRUE(harness.loop.AddListener(*std::move(listener)).ok());
    Peer peer = Peer::Connect(address);
    harness.TurnUntil([&] { return !harness.handler.accepted.empty(); });
    if (paused) harness.last()->PauseReading();
    harness.Turn();
    peer.Reset();
    harness.TurnUntil([&] { return harness.loop.connection_count() == 0; });
    EXPECT_THAT(harness.handler.log, ElementsAre("accept", "reset", "close unavailable"));
    EXPECT_EQ(harness.loop.counters().reads, paused ? 0u : 1u);
  }
}

TEST_P(ConnectionReadTest, FullInputPausesUntilItIsConsumed) {
  Loop::Options options = SmallReads(8);
  options.connection.max_input = 10;
  LoopHarness harness(GetParam(), options);
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection&) {};
  peer.Send(std::string(64, 'x'));
  harness.Turn(20);
  EXPECT_EQ(harness.last()->input().size(), 16u);
  EXPECT_EQ(harness.loop.counters().reads, 2u);
  harness.last()->Consume(10);
  harness.Turn(20);
  EXPECT_EQ(harness.last()->input().size(), 14u);
}

// The flaw: a batch held an event for a slot that an earlier one had freed.
TEST_P(ConnectionReadTest, F7_EventOfASlotClosedEarlierInTheBatchIsIgnored) {
  LoopHarness harness(GetParam());
  Peer first = harness.Connect();
  Peer second = harness.Connect();
  first.Send("a");
  second.Send("b");
  harness.handler.on_read = [&](Connection& connection) {
    for (const ConnectionId id : harness.handler.accepted) {
      if (id != connection.id()) harness.loop.Find(id)->Close();
    }
  };
  harness.Turn();
  EXPECT_THAT(harness.handler.log,
              ElementsAre("accept", "accept", ::testing::StartsWith("read"), "close ok"));
  EXPECT_EQ(harness.loop.counters().stale_events, 1u);
  EXPECT_EQ(harness.loop.counters().reads, 1u);
}

// What needs a script.

TEST(ConnectionScriptTest, S43_F7_EventOfARecycledSlotIsStale) {
  LoopHarness harness(Backend::kFake);
  Peer first = harness.Connect();
  const ConnectionId old = harness.handler.accepted[0];
  harness.last()->Close();
  harness.Turn();
  EXPECT_EQ(harness.loop.Find(old), nullptr);
  Peer second = harness.Connect();
  ASSERT_EQ(harness.last()->id().index(), old.index());
  second.Send("new");
  harness.fake->ScriptReady({{.token = old, .readable = true}, {.token = old, .error = true}});
  harness.Turn();
  EXPECT_EQ(harness.loop.counters().stale_events, 2u);
  EXPECT_EQ(harness.handler.Count("reset"), 0u);
  harness.Turn();
  EXPECT_EQ(harness.handler.Count("read new"), 1u);
}

TEST(ConnectionScriptTest, FreezingCostsNoPollerCallUnlessBytesArriveMeanwhile) {
  LoopHarness harness(Backend::kFake);
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection& connection) {
    connection.Consume(connection.input().size());
    connection.PauseReading();
  };
  for (int request = 0; request < 3; ++request) {
    peer.Send("request");
    harness.Turn(2);
    harness.last()->ResumeReading();
    harness.Turn(2);
  }
  EXPECT_EQ(harness.fake->modify_count(), 0u);

  peer.Send("request");
  harness.Turn();
  peer.Send("pipelined");
  harness.Turn(5);
  EXPECT_EQ(harness.fake->modify_count(), 1u);  // disarmed, once
  harness.last()->ResumeReading();
  harness.Turn();
  EXPECT_EQ(harness.fake->modify_count(), 2u);  // armed again
}

TEST(ConnectionScriptTest, ResumedInTheTurnOfTheEventKeepsItsInterest) {
  LoopHarness harness(Backend::kFake);
  Peer peer = harness.Connect();
  harness.last()->PauseReading();
  peer.Send("request");
  harness.handler.settle = [&] {
    harness.last()->ResumeReading();
    return false;
  };
  harness.Turn(2);
  EXPECT_EQ(harness.fake->modify_count(), 0u);
  EXPECT_EQ(harness.handler.Count("read request"), 1u);
}

TEST(ConnectionScriptTest, TheEndIsDisarmedInTheTurnThatReadIt) {
  LoopHarness harness(Backend::kFake);
  std::pair<Peer, int> pair = Peer::Pair();
  ASSERT_TRUE(harness.loop.Adopt(pair.second, Address()).ok());
  pair.first.ShutdownWrite();
  harness.Turn();
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "read end"));
  EXPECT_EQ(harness.fake->interest(pair.second), Interest());
}

TEST(ConnectionScriptTest, S39_AtRestItOwnsNoBuffer) {
  {
    // A sanitizer's own operator new[] is not counted: nothing to see then.
    const AllocationCounter allocations;
    Buffer().Append("x");
    if (allocations.count() == 0) return;
  }
  LoopHarness harness(Backend::kFake);
  Peer peer = harness.Connect();
  harness.handler.log.reserve(100);  // its words are short and stand in place
  harness.handler.on_read = [](Connection& connection) {
    if (connection.input().size() == 4) connection.Consume(4);
  };
  for (int i = 0; i < 5; ++i) {
    peer.Send("ab");
    const AllocationCounter allocations;
    harness.Turn();
    const uint64_t count = allocations.count();
    // A place for the two bytes is made anew: the last one was given back.
    EXPECT_EQ(count, 1u);
    EXPECT_EQ(harness.last()->input(), "ab");
    peer.Send("cd");
    harness.Turn();
    EXPECT_EQ(harness.last()->input(), "");
  }
}

TEST(ConnectionScriptTest, SpuriousReadinessIsNothing) {
  LoopHarness harness(Backend::kFake);
  Peer peer = harness.Connect();
  harness.fake->ScriptReady({{.token = harness.last()->id(), .readable = true}});
  harness.Turn();
  EXPECT_THAT(harness.handler.log, ElementsAre("accept"));
}

TEST(ConnectionScriptTest, FailedReceiveIsAResetWithItsReason) {
  LoopHarness harness(Backend::kFake);
  std::pair<Peer, int> pair = Peer::Pair();
  ASSERT_TRUE(harness.loop.Adopt(pair.second, Address()).ok());
  pair.first.Send("x");
  harness.fake->ScriptReceive(pair.second, IoResult::Failed(Unavailable("recv: ECONNRESET")));
  Status seen;
  harness.handler.on_close = [&](Connection&, const Status& why) { seen = why; };
  harness.Turn();
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "reset", "close unavailable"));
  EXPECT_EQ(seen.message(), "recv: ECONNRESET");
}

}  // namespace
}  // namespace mailroom::io
