// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/io_actor.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/server/hall/testing/probed_loop.h"

namespace mailroom::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Mode = io::Loop::Mode;

constexpr SlotId kTimer(SlotKind::kTimer, 0, 1, 1);

// Draining.

// The clock moves only when the loop sleeps: here it never does.
TEST(IoActorDrainTest, WithNobodyThereItEndsAtOnce) {
  ProbedLoop loop;
  const TimePoint start = loop.clock.Now();
  loop.io_actor->RequestStop();
  ASSERT_TRUE(loop.loop().Run(Mode::kUntilDone).ok());
  EXPECT_TRUE(loop.io_actor->drained());
  EXPECT_FALSE(loop.io_actor->drain_forced());
  EXPECT_EQ(loop.clock.Now(), start) << "it slept";
}

TEST(IoActorDrainTest, NobodyConnectsDuringTheDelayAndItEndsWithIt) {
  ServerOptions options;
  options.drain_delay = seconds(3);
  ProbedLoop loop(options);
  const TimePoint start = loop.clock.Now();
  loop.io_actor->RequestStop();
  ASSERT_TRUE(loop.loop().Run(Mode::kUntilDone).ok());
  EXPECT_EQ(loop.clock.Now() - start, seconds(3));
}

// After this turn's look at the request, before the loop sleeps.
TEST(IoActorDrainTest, AStopRequestThatComesLateInATurnIsNotSleptOver) {
  ProbedLoop loop;
  loop.actor->on_completion = [&loop](Completion) { loop.io_actor->RequestStop(); };
  const TimePoint start = loop.clock.Now();
  loop.cell->Post(Completion{kTimer, nullptr});
  ASSERT_TRUE(loop.loop().Run(Mode::kUntilDone).ok());
  EXPECT_EQ(loop.clock.Now(), start) << "it slept";
}

TEST(IoActorDrainTest, TheTimeoutEndsItByForceAndIsNotSleptOver) {
  ProbedLoop loop;
  loop.KeepMails();
  io::Peer peer = loop.Connect();
  peer.Send(ProbedLoop::CallText("Do"));
  loop.Turn();
  const TimePoint start = loop.clock.Now();
  loop.io_actor->RequestStop();
  ASSERT_TRUE(loop.loop().Run(Mode::kUntilDone).ok());
  EXPECT_EQ(loop.clock.Now() - start, loop.hall().options.drain_timeout);
  EXPECT_TRUE(loop.io_actor->drain_forced());
}

TEST(IoActorDrainTest, OneThatStopsAfterOthersWaitsForThem) {
  ProbedLoop loop;
  std::atomic<size_t> others{1};
  loop.io_actor->StopAfter(others);
  loop.io_actor->RequestStop();
  loop.Turn();
  EXPECT_FALSE(loop.io_actor->drained());
  others = 0;
  loop.Turn();
  EXPECT_TRUE(loop.io_actor->drained());
}

// Another loop, or the admin port, may say so before this one has begun to drain.
TEST(IoActorDrainTest, AnswersSayCloseFromTheRequestOn) {
  ServerOptions options;
  options.drain_delay = minutes(1);
  ProbedLoop loop(options);
  io::Peer peer = loop.Connect();
  loop.Turn();
  loop.io_actor->RequestStop();
  EXPECT_FALSE(loop.io_actor->ready());
  peer.Send("GET /nothing HTTP/1.1\r\nhost: a\r\n\r\n");  // answered before OnTurn
  loop.Turn();
  const std::vector<testing::HttpReply> replies = ProbedLoop::Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].headers.Find("connection"), "close");
}

TEST(IoActorDrainTest, ItTellsOnceAndIsNotReadyFromThenOn) {
  ProbedLoop loop;
  int told = 0;
  loop.io_actor->OnDrain([&told] { ++told; });
  EXPECT_TRUE(loop.io_actor->ready());
  loop.io_actor->RequestStop();
  loop.Turn();
  EXPECT_FALSE(loop.io_actor->ready());
  loop.io_actor->RequestStop();
  loop.Turn();
  EXPECT_EQ(told, 1);
}

// Replies.

class IoActorReplyTest : public ::testing::Test {
 protected:
  IoActorReplyTest() { loop.KeepMails(); }

  // A call that is out at the actor.
  io::Peer Call(std::string_view fields = "") {
    io::Peer peer = loop.Connect();
    peer.Send(ProbedLoop::CallText("Do", "", fields));
    loop.Turn();
    return peer;
  }

  ProbedLoop loop;
};

TEST_F(IoActorReplyTest, AStaleOneCountsItsReplicaDown) {
  Call().Close();
  loop.Turn();
  EXPECT_EQ(loop.out(), 1u) << "the actor still has it";
  actors::Answer(std::move(loop.kept[0]));
  loop.Turn();
  EXPECT_EQ(loop.hall().counters.stale.get(), 1u);
  EXPECT_EQ(loop.out(), 0u);
}

TEST_F(IoActorReplyTest, OneThatIsHomeWhenItsDeadlinePassesIsAttached) {
  io::Peer peer = Call("connect-timeout-ms: 5\r\n");
  loop.kept[0]->reply = "in time";
  actors::Answer(std::move(loop.kept[0]));  // the loop has not turned
  loop.Advance(milliseconds(5));
  const std::vector<testing::HttpReply> replies = ProbedLoop::Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].body, "in time");
  EXPECT_EQ(loop.hall().counters.attached.get(), 1u);
  EXPECT_EQ(loop.hall().counters.stale.get(), 0u);
}

TEST_F(IoActorReplyTest, AnAttachedOneCancelsItsDeadline) {
  io::Peer peer = Call("connect-timeout-ms: 60000\r\n");
  EXPECT_EQ(loop.loop().timer_count(), 1u);
  actors::Answer(std::move(loop.kept[0]));
  loop.Turn();
  EXPECT_EQ(loop.loop().timer_count(), 0u);
  EXPECT_EQ(ProbedLoop::Replies(peer).size(), 1u);
}

TEST_F(IoActorReplyTest, OnlyTheFirstPostToASleepingLoopWakesIt) {
  io::Peer one = Call();
  io::Peer other = Call();
  ASSERT_EQ(loop.kept.size(), 2u);
  ASSERT_TRUE(loop.io_actor->loop().Run(Mode::kOnce).ok());  // slept: nothing moved
  const uint64_t wakes = loop.io_actor->wakes();
  actors::Answer(std::move(loop.kept[0]));
  actors::Answer(std::move(loop.kept[1]));
  EXPECT_EQ(loop.io_actor->wakes(), wakes) << "it is awake until it says that it sleeps";
  loop.Turn();
  EXPECT_EQ(loop.hall().counters.attached.get(), 2u);
}

// Why a call was given up.

class IoActorReleaseTest : public IoActorReplyTest {
 protected:
  void ExpectReleased(uint64_t reset, uint64_t deadline, uint64_t closed) {
    EXPECT_EQ(loop.released(Released::kReset), reset) << "reset";
    EXPECT_EQ(loop.released(Released::kDeadline), deadline) << "deadline";
    EXPECT_EQ(loop.released(Released::kClosed), closed) << "closed";
  }
};

TEST_F(IoActorReleaseTest, ThePeerResetTheConnection) {
  Call().Close();
  loop.Turn();
  ExpectReleased(1, 0, 0);
}

TEST_F(IoActorReleaseTest, ThePeerCouldNotBeWrittenTo) {
  io::Peer peer = loop.Connect();
  peer.Send(ProbedLoop::CallText("Do") + ProbedLoop::CallText("Do"));
  loop.Turn();
  ASSERT_EQ(loop.kept.size(), 2u);
  loop.poller->ScriptSend(loop.last_fd, io::IoResult::Failed(Unavailable("EPIPE")));
  actors::Answer(std::move(loop.kept[0]));
  loop.Turn();
  ExpectReleased(1, 0, 0);
}

TEST_F(IoActorReleaseTest, ItsDeadlinePassed) {
  io::Peer peer = Call("connect-timeout-ms: 5\r\n");
  loop.Advance(milliseconds(5));
  ExpectReleased(0, 1, 0);
}

TEST_F(IoActorReleaseTest, TheLoopEnded) {
  io::Peer peer = Call();
  loop.io_actor->AbandonSessions();
  ExpectReleased(0, 0, 1);
}

TEST(IoActorAgeTest, WhatOutlivesItsConnectionsGraceIsReleasedAsClosed) {
  ServerOptions options;
  options.max_connection_age = minutes(1);
  options.max_connection_age_grace = seconds(5);
  ProbedLoop loop(options);
  loop.KeepMails();
  io::Peer peer = loop.Connect();
  peer.Send(ProbedLoop::CallText("Do"));
  loop.Turn();
  loop.Advance(minutes(2));
  loop.Advance(seconds(5));
  EXPECT_EQ(loop.evicted(Evicted::kAgeGrace), 1u);
  EXPECT_EQ(loop.released(Released::kClosed), 1u);
  EXPECT_EQ(loop.released(Released::kReset), 0u);
}

// What the loop sleeps until: the fake poller's wait takes exactly so long.

class IoActorSleepTest : public ::testing::Test {
 protected:
  // How long the loop's next sleep would be. Less than the loop's own tick.
  static Duration NextSleep(ProbedLoop& loop) {
    loop.Turn();
    EXPECT_TRUE(loop.loop().Run(Mode::kOnce).ok());
    return loop.poller->last_timeout();
  }
};

// What a client sends, and which timeout runs behind it.
struct Sent {
  const char* name;
  size_t bytes;  // of a call
  Duration ServerOptions::* timeout;

  friend void PrintTo(const Sent& sent, std::ostream* out) { *out << sent.name; }
};

class IoActorTimeoutTest : public IoActorSleepTest, public ::testing::WithParamInterface<Sent> {};

TEST_P(IoActorTimeoutTest, EndsTheSleep) {
  ServerOptions options;
  options.*GetParam().timeout = milliseconds(123);
  ProbedLoop loop(options);
  loop.actor->on_mail = [](actors::EnvelopePtr mail) {
    mail->reply = std::string(1000 * 1000, 'w');  // more than a pair of sockets holds
    actors::Answer(std::move(mail));
  };
  io::Peer peer = loop.Connect();
  peer.Send(ProbedLoop::CallText("Do", "body").substr(0, GetParam().bytes));
  EXPECT_EQ(NextSleep(loop), milliseconds(123));
}

INSTANTIATE_TEST_SUITE_P(
    Each, IoActorTimeoutTest,
    ::testing::Values(Sent{"Idle", 0, &ServerOptions::idle_timeout},
                      Sent{"Header", 10, &ServerOptions::header_timeout},
                      Sent{"Body", ProbedLoop::CallText("Do", "body").size() - 1,
                           &ServerOptions::body_timeout},
                      Sent{"Write", std::string::npos, &ServerOptions::write_timeout}),
    [](const auto& given) { return given.param.name; });

TEST_F(IoActorSleepTest, EndsWithTheTimeOfAHalfClose) {
  ProbedLoop loop;
  loop.KeepMails();
  io::Peer peer = loop.Connect();
  peer.Send(ProbedLoop::CallText("Do"));
  loop.Turn();
  peer.ShutdownWrite();
  const TimePoint start = loop.clock.Now();
  loop.loop().StartTimer(start + minutes(1), SlotId());  // so that the tick is not all
  while (loop.evicted(Evicted::kHalfClose) == 0 && loop.clock.Now() < start + minutes(1)) {
    ASSERT_TRUE(loop.loop().Run(Mode::kOnce).ok());
  }
  EXPECT_EQ(loop.clock.Now() - start, loop.hall().options.half_close_timeout);
}

TEST_F(IoActorSleepTest, EndsWithADeadlineThatPassesBeforeTheBodyIsThere) {
  ProbedLoop loop;
  io::Peer peer = loop.Connect();
  const std::string call = ProbedLoop::CallText("Do", "body", "connect-timeout-ms: 80\r\n");
  peer.Send(call.substr(0, call.size() - 1));
  EXPECT_EQ(NextSleep(loop), milliseconds(80));
}

TEST_F(IoActorSleepTest, EndsWithACallsDeadline) {
  ProbedLoop loop;
  loop.KeepMails();
  io::Peer peer = loop.Connect();
  peer.Send(ProbedLoop::CallText("Do", "", "connect-timeout-ms: 70\r\n"));
  EXPECT_EQ(NextSleep(loop), milliseconds(70));
}

TEST_F(IoActorSleepTest, EndsWithAnAge) {
  ServerOptions options;
  options.max_connection_age = seconds(1);
  ProbedLoop loop(options);
  io::Peer peer = loop.Connect();
  const Duration sleep = NextSleep(loop);
  EXPECT_GE(sleep, milliseconds(900));
  EXPECT_LE(sleep, milliseconds(1100));
}

TEST_F(IoActorSleepTest, EndsWithAnInlineActorsTimer) {
  ProbedLoop loop;
  actors::InlineRunner& runner = loop.io_actor->inline_runner();
  runner.StartTimer(loop.clock.Now() + milliseconds(60), *loop.cell, kTimer);
  EXPECT_EQ(NextSleep(loop), milliseconds(60));
  EXPECT_EQ(loop.actor->seen, (std::vector<std::string>{"completion 1"}));
}

TEST_F(IoActorSleepTest, EndsWithTheHeartbeat) {
  ProbedLoop loop;
  int beats = 0;
  loop.io_actor->BeatEvery(milliseconds(500), [&beats] { ++beats; });
  EXPECT_EQ(NextSleep(loop), milliseconds(500));
  EXPECT_EQ(beats, 2);
}

// A client that takes a large answer slowly sends nothing meanwhile.
TEST(IoActorEvictTest, WhoTakesAnAnswerIsNotIdle) {
  ServerOptions options;
  options.idle_timeout = seconds(1);
  ProbedLoop loop(options);
  loop.actor->on_mail = [](actors::EnvelopePtr mail) {
    mail->reply = std::string(1000 * 1000, 'w');  // more than a pair of sockets holds
    actors::Answer(std::move(mail));
  };
  io::Peer peer = loop.Connect();
  peer.Send(ProbedLoop::CallText("Do"));
  loop.Turn();
  loop.Advance(seconds(2));
  EXPECT_EQ(loop.evicted(Evicted::kIdle), 0u);
  std::string answer;
  for (int i = 0; i < 100 && answer.size() < 1000 * 1000; ++i) {
    answer += peer.Receive();
    loop.Turn();
  }
  EXPECT_GT(answer.size(), 1000u * 1000u);
  loop.Advance(seconds(2));
  EXPECT_EQ(loop.evicted(Evicted::kIdle), 1u);
}

TEST(IoActorEvictTest, WhoIsClosingAlreadyIsNotEvictedToo) {
  ServerOptions options;
  options.idle_timeout = minutes(1);
  options.max_connection_age = minutes(1);
  ProbedLoop loop(options);
  io::Peer idle = loop.Connect();
  loop.Turn();
  loop.Advance(minutes(2));  // both are over
  EXPECT_EQ(loop.evicted(Evicted::kIdle), 1u);
  EXPECT_EQ(loop.evicted(Evicted::kAge), 0u);
  io::Peer gone = loop.Connect();
  loop.Turn();
  loop.poller->ScriptReceive(loop.last_fd, io::IoResult::Failed(Unavailable("ECONNRESET")));
  gone.Send("x");
  loop.clock.Advance(minutes(2));
  loop.Turn();
  EXPECT_EQ(loop.loop().connection_count(), 0u);
  EXPECT_EQ(loop.evicted(Evicted::kIdle), 1u);
  EXPECT_EQ(loop.evicted(Evicted::kAge), 0u);
}

// An inline actor that queues itself again is no reason to sleep, nor is one that was
// queued behind the loop's last look.
TEST_F(IoActorSleepTest, IsPutOffWhileACellIsQueued) {
  ProbedLoop loop;
  int left = 200;  // more than one turn's budget
  loop.actor->on_completion = [&](Completion) {
    if (--left > 0) {
      loop.cell->Post(Completion{kTimer, nullptr});
    } else {
      loop.loop().Stop();
    }
  };
  const TimePoint start = loop.clock.Now();
  loop.cell->Post(Completion{kTimer, nullptr});
  ASSERT_TRUE(loop.loop().Run(Mode::kUntilDone).ok());
  EXPECT_EQ(left, 0);
  EXPECT_EQ(loop.clock.Now(), start) << "it slept";
}

// --max-connections.

class IoActorGateTest : public ::testing::Test {
 protected:
  IoActorGateTest() : gate(2) { loop.io_actor->CountAt(gate); }
  const IoCounters& counters() { return loop.hall().counters; }

  AcceptGate gate;
  ProbedLoop loop;
};

TEST_F(IoActorGateTest, TheLastPlaceStopsAcceptingUntilOneGoes) {
  io::Peer one = loop.Connect();
  loop.Turn();
  EXPECT_EQ(counters().accept_paused.get(), 0u);
  io::Peer other = loop.Connect();
  loop.Turn();
  EXPECT_EQ(counters().accept_paused.get(), 1u);
  EXPECT_EQ(counters().accept_pauses.get(), 1u);
  one.Close();
  loop.Turn();
  EXPECT_EQ(counters().accept_paused.get(), 0u);
  EXPECT_EQ(counters().accept_pauses.get(), 1u);
}

// Another loop's connection goes after this turn's look at the gate.
TEST_F(IoActorGateTest, RoomThatAnotherLoopMakesIsNotSleptOver) {
  class Elsewhere final : public Home {
   public:
    void Post(Completion) noexcept override {}
  };
  Elsewhere elsewhere;
  AcceptGate::PerLoop& other = gate.Add(elsewhere);
  EXPECT_FALSE(other.Enter());
  io::Peer peer = loop.Connect();
  loop.Turn();
  ASSERT_EQ(counters().accept_paused.get(), 1u);
  loop.actor->on_completion = [&other](Completion) { other.Leave(); };
  loop.cell->Post(Completion{kTimer, nullptr});
  const TimePoint start = loop.clock.Now();
  for (int turn = 0; turn < 2; ++turn) ASSERT_TRUE(loop.loop().Run(Mode::kOnce).ok());
  EXPECT_EQ(loop.clock.Now(), start) << "it slept";
  EXPECT_EQ(counters().accept_paused.get(), 0u);
}

// The one that goes is seen in a turn's last step: the loop turns again at once.
TEST_F(IoActorGateTest, RoomIsNotSleptOver) {
  io::Peer one = loop.Connect();
  io::Peer other = loop.Connect();
  loop.Turn();
  one.Close();
  const TimePoint start = loop.clock.Now();
  while (counters().accept_paused.get() == 1 && loop.clock.Now() == start) {
    ASSERT_TRUE(loop.loop().Run(Mode::kOnce).ok());
  }
  EXPECT_EQ(loop.clock.Now(), start) << "it slept";
}

}  // namespace
}  // namespace mailroom::server
