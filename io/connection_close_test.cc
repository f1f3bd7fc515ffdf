// SPDX-License-Identifier: Apache-2.0
// How a Connection begins and ends: hooks in pairs, descriptors closed once.

#include <fcntl.h>
#include <malloc.h>

#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/io/connection.h"
#include "mailroom/io/testing/loop_harness.h"

namespace mailroom::io {
namespace {

using ::testing::ElementsAre;
using Backend = LoopHarness::Backend;

class ConnectionCloseTest : public ::testing::TestWithParam<Backend> {};
INSTANTIATE_TEST_SUITE_P(All, ConnectionCloseTest,
                         ::testing::Values(Backend::kPlatform, Backend::kFake),
                         [](const auto& test) { return LoopHarness::NameOf(test.param); });

bool IsOpen(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST_P(ConnectionCloseTest, S25_HooksInOrderAndOnCloseBeforeTheDescriptorCloses) {
  LoopHarness harness(GetParam());
  std::pair<Peer, int> pair = Peer::Pair();
  harness.handler.on_close = [&](Connection& connection, const Status&) {
    EXPECT_TRUE(IsOpen(pair.second));
    EXPECT_EQ(harness.loop.Find(connection.id()), &connection);
  };
  ASSERT_TRUE(harness.loop.Adopt(pair.second, Address()).ok());
  pair.first.Send("x");
  harness.Turn();
  harness.last()->Close();
  harness.Turn();
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "read x", "close ok"));
  EXPECT_FALSE(IsOpen(pair.second));
  EXPECT_TRUE(pair.first.AtEnd());
}

TEST_P(ConnectionCloseTest, S42_CloseIsIdempotentAndTheFirstReasonCounts) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  Connection& connection = *harness.last();
  connection.Close(Unavailable("first"));
  connection.Close(Internal("second"));
  connection.CloseAfterFlush();
  EXPECT_TRUE(connection.closing());
  harness.Turn(3);
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "close unavailable"));
}

TEST_P(ConnectionCloseTest, S42_ADescriptorIsClosedExactlyOnce) {
  LoopHarness harness(GetParam());
  std::pair<Peer, int> pair = Peer::Pair();
  ASSERT_TRUE(harness.loop.Adopt(pair.second, Address()).ok());
  harness.last()->Close();
  harness.Turn();
  // Somebody else gets the number now; nothing of ours may close it.
  const Descriptor other(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(other.get(), pair.second);
  harness.Turn(3);
  EXPECT_TRUE(IsOpen(other.get()));
}

TEST_P(ConnectionCloseTest, CloseGivesQueuedOutputOneLastAttempt) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.last()->Write("last");
  harness.last()->Close();
  harness.last()->Write("too late");
  *harness.last()->WriteBuffer() += "too late as well";
  harness.Turn();
  EXPECT_EQ(peer.Receive(), "last");
  EXPECT_TRUE(peer.AtEnd());
}

TEST_P(ConnectionCloseTest, RefusedConnectionIsClosedInTheSameTurnWithItsFarewell) {
  LoopHarness harness(GetParam());
  harness.handler.on_accept = [](Connection& connection) {
    connection.Write("503");
    return false;
  };
  Peer peer = harness.Connect();
  harness.Turn();
  EXPECT_EQ(peer.Receive(), "503");
  EXPECT_TRUE(peer.AtEnd());
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "close ok"));
}

TEST_P(ConnectionCloseTest, CloseAfterFlushWritesAllThenEndsOurSideAndWaitsForThePeers) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  const std::string answer(1024 * 1024, 'x');
  harness.last()->Write(std::string(answer));
  harness.last()->CloseAfterFlush();
  std::string received;
  while (received.size() < answer.size()) {
    harness.Turn();
    received += peer.Receive();
  }
  EXPECT_EQ(received, answer);
  harness.Turn(2);
  EXPECT_TRUE(peer.AtEnd());
  // What the peer was sending meanwhile is thrown away, not answered by a reset.
  peer.Send("the rest of a body nobody wants");
  harness.Turn(3);
  EXPECT_FALSE(peer.WasReset());
  EXPECT_THAT(harness.handler.log, ElementsAre("accept"));
  peer.Close();
  harness.Turn(2);
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "close ok"));
}

TEST_P(ConnectionCloseTest, CloseAfterFlushWaitsForThePeerNoLongerThanLinger) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.last()->Write("bye");
  harness.last()->CloseAfterFlush();
  harness.Turn(3);
  harness.clock.Advance(std::chrono::milliseconds(1999));
  harness.Turn(3);
  EXPECT_EQ(harness.loop.connection_count(), 1u);
  harness.clock.Advance(std::chrono::milliseconds(1));
  harness.Turn();
  EXPECT_EQ(harness.loop.connection_count(), 0u);
  EXPECT_EQ(harness.handler.Count("close ok"), 1u);
  EXPECT_EQ(harness.loop.counters().linger_cuts, 1u);
  EXPECT_EQ(peer.Receive(), "bye");
}

// On a clock that stands still no deadline ever comes. (Under a sanitizer malloc does not count.)
TEST_P(ConnectionCloseTest, ThoseThatWentBeforeTheirDeadlineLeaveNothingBehind) {
  LoopHarness harness(GetParam());
  const auto bytes_after = [&harness](int connections) {
    for (int i = 0; i < connections; ++i) {
      Peer peer = harness.Connect();
      harness.last()->Write("bye");
      harness.last()->CloseAfterFlush();
      harness.Turn();
      peer.Close();
      harness.Turn(2);
      harness.handler.log.clear();
    }
    EXPECT_EQ(harness.loop.connection_count(), 0u);
    return ::mallinfo2().uordblks;
  };
  // The harness's own list doubles in between.
  const size_t before = bytes_after(4200);
  EXPECT_LT(bytes_after(3900), before + 16384);
}

TEST_P(ConnectionCloseTest, CloseAfterFlushThrowsNoMoreAwayThanLingerBytes) {
  Loop::Options options;
  options.connection.linger_bytes = 10;
  LoopHarness harness(GetParam(), options);
  Peer peer = harness.Connect();
  harness.last()->Write("bye");
  harness.last()->CloseAfterFlush();
  harness.Turn();
  peer.Send("0123456789");
  harness.Turn(2);
  EXPECT_EQ(harness.loop.connection_count(), 1u);
  peer.Send("x");
  harness.Turn(2);
  EXPECT_EQ(harness.loop.connection_count(), 0u);
  EXPECT_EQ(harness.loop.counters().linger_cuts, 1u);
  EXPECT_EQ(peer.Receive(), "bye");
}

TEST_P(ConnectionCloseTest, CloseAfterFlushDoesNotLingerWhenThePeerHasEnded) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  peer.ShutdownWrite();
  harness.Turn();
  harness.last()->Write("bye");
  harness.last()->CloseAfterFlush();
  harness.Turn();
  EXPECT_EQ(harness.loop.connection_count(), 0u);
  EXPECT_EQ(peer.Receive(), "bye");
}

TEST_P(ConnectionCloseTest, NoReadHookAfterCloseAfterFlush) {
  LoopHarness harness(GetParam());
  Peer peer = harness.Connect();
  harness.handler.on_read = [](Connection& connection) {
    connection.Consume(1);
    connection.CloseAfterFlush();
  };
  peer.Send("ab");
  harness.Turn();
  peer.Send("cd");
  harness.Turn(5);
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "read ab"));
}

TEST_P(ConnectionCloseTest, HooksOfStepEightMayCloseAndWriteToOthers) {
  LoopHarness harness(GetParam());
  Peer first = harness.Connect();
  Peer second = harness.Connect();
  Peer third = harness.Connect();
  const std::vector<ConnectionId> ids = harness.handler.accepted;
  harness.handler.on_close = [&](Connection& connection, const Status&) {
    if (connection.id() != ids[0]) return;
    harness.loop.Find(ids[1])->Write("goodbye");
    harness.loop.Find(ids[1])->Close();
    harness.loop.Find(ids[2])->Write("only you are left");
    connection.Write("nobody hears this");
    connection.Close();
    connection.ResumeReading();
  };
  harness.loop.Find(ids[0])->Close();
  harness.Turn(2);
  EXPECT_EQ(second.Receive(), "goodbye");
  EXPECT_TRUE(second.AtEnd());
  EXPECT_EQ(third.Receive(), "only you are left");
  EXPECT_EQ(harness.loop.connection_count(), 1u);
}

TEST(ConnectionEndTest, S25_TheLoopsEndClosesWhatIsOpenOnceWithOnClose) {
  RecordingHandler handler;
  FakeClock clock;
  std::pair<Peer, int> pair = Peer::Pair();
  {
    Loop loop(Loop::Options(), MakePoller(), clock, handler);
    ASSERT_TRUE(loop.Init().ok());
    ASSERT_TRUE(loop.Adopt(pair.second, Address()).ok());
    loop.Find(handler.accepted[0])->Write("still out");
  }
  EXPECT_THAT(handler.log, ElementsAre("accept", "close canceled"));
  EXPECT_EQ(pair.first.Receive(), "still out");
  EXPECT_FALSE(IsOpen(pair.second));
}

// The flaw: OnAccept ran before registration, and a failed epoll_ctl closed
// without OnClose.
TEST(ConnectionRegistrationTest, F6_FailedRegistrationClosesWithOnClose) {
  LoopHarness harness(Backend::kFake);
  harness.fake->FailNextAdd(ResourceExhausted("epoll_ctl: no space left"));
  bool closing = false;
  harness.handler.on_accept = [&](Connection& connection) {
    closing = connection.closing();
    return true;
  };
  std::pair<Peer, int> pair = Peer::Pair();
  EXPECT_EQ(harness.loop.Adopt(pair.second, Address()).code(), Code::kResourceExhausted);
  EXPECT_TRUE(closing);
  harness.Turn();
  EXPECT_THAT(harness.handler.log, ElementsAre("accept", "close resource_exhausted"));
  EXPECT_FALSE(IsOpen(pair.second));
}

TEST(ConnectionRegistrationTest, F6_OnAcceptRunsAfterRegistration) {
  LoopHarness harness(Backend::kFake);
  size_t registered = 0;
  harness.handler.on_accept = [&](Connection&) {
    registered = harness.fake->watched();
    return true;
  };
  Peer peer = harness.Connect();
  EXPECT_EQ(registered, 1u);
}

TEST(ConnectionRegistrationTest, S43_AdoptedDescriptorIsMadeNonBlocking) {
  LoopHarness harness(Backend::kFake);
  std::pair<Peer, int> pair = Peer::Pair();
  ASSERT_EQ(::fcntl(pair.second, F_SETFL, 0), 0);
  ASSERT_TRUE(harness.loop.Adopt(pair.second, Address()).ok());
  EXPECT_NE(::fcntl(pair.second, F_GETFL) & O_NONBLOCK, 0);
}

// The promise of the class comment; 10,000 idle connections cost a megabyte.
TEST(ConnectionSizeTest, IsSmall) { EXPECT_LE(sizeof(Connection), 128u); }

}  // namespace
}  // namespace mailroom::io
