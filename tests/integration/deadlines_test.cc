// SPDX-License-Identifier: Apache-2.0
// Deadlines of calls, which the loop answers itself, and of connections.
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/tests/integration/sessions_fixture.h"

namespace mailroom::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

using DeadlinesTest = SessionsFixture;

TEST_F(DeadlinesTest, TheLoopItselfAnswersADeadlineWhileTheHandlerSleeps) {
  io::Peer peer = server.Connect();
  peer.Send(Echo("late", 1000, "Connect-Timeout-Ms: 5\r\n"));
  server.Turn();
  server.Advance(milliseconds(4));
  EXPECT_EQ(peer.Receive(), "");
  server.HoldActors(true);  // no actor can have answered
  server.Advance(milliseconds(1));
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].status, 504);
  EXPECT_NE(replies[0].body.find("\"deadline_exceeded\""), std::string::npos);
  EXPECT_EQ(server.Metric("mailroom_released_total{reason=\"deadline\"}"), 1);
  server.HoldActors(false);
  server.Advance(seconds(2));
  EXPECT_EQ(server.Metric("mailroom_stale_replies_total"), 1);
  EXPECT_EQ(peer.Receive(), "") << "the late reply reached nobody";
}

TEST_F(DeadlinesTest, TheNextCallOnTheConnectionGetsItsOwnAnswer) {
  io::Peer peer = server.Connect();
  peer.Send(Echo("first", 1000, "Connect-Timeout-Ms: 5\r\n"));
  server.Turn();
  server.HoldActors(true);
  server.Advance(milliseconds(5));
  ASSERT_EQ(Replies(peer).size(), 1u);
  peer.Send(Echo("second", 10));  // takes the same slot again
  server.Turn();
  server.HoldActors(false);
  server.Turn();
  EXPECT_EQ(peer.Receive(), "") << "the late reply of the first reached nobody";
  server.Advance(milliseconds(10));
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].body, "{\"message\":\"second\"}");
  EXPECT_EQ(server.Metric("mailroom_stale_replies_total"), 1);
}

// The deadline waited for the body, which need not come.
TEST_F(DeadlinesTest, ItRunsFromTheHeadWhileTheBodyIsStillComing) {
  io::Peer peer = server.Connect();
  const std::string whole = Echo("short", 0, "Connect-Timeout-Ms: 200\r\n");
  peer.Send(whole.substr(0, whole.size() - 4));
  server.Turn();
  server.Advance(milliseconds(199));
  EXPECT_EQ(peer.Receive(), "");
  EXPECT_EQ(server.Metric("mailroom_timers"), 1);
  server.Advance(milliseconds(1));
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].status, 504);
  EXPECT_EQ(replies[0].body,
            R"({"code":"deadline_exceeded","message":"the deadline passed before the whole )"
            R"(request had come"})");
  EXPECT_EQ(replies[0].headers.Find("connection"), "close");
  EXPECT_EQ(server.Metric("mailroom_request_body_bytes"), 0);
  // By the linger rules: what comes late is thrown away, and is no next request.
  peer.Send(whole.substr(whole.size() - 4) + whole);
  server.Turn();
  EXPECT_EQ(peer.Receive(), "");
  EXPECT_TRUE(peer.AtEnd());
  EXPECT_FALSE(peer.WasReset());
  peer.Close();
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_dispatched_total"), 0);
  EXPECT_EQ(server.Metric("mailroom_timers"), 0);
}

TEST_F(DeadlinesTest, ABodyThatComesInTimeIsACallWithWhatIsLeft) {
  io::Peer peer = server.Connect();
  const std::string whole = Echo("in time", 500, "Connect-Timeout-Ms: 200\r\n");
  peer.Send(whole.substr(0, whole.size() - 4));
  server.Turn();
  server.Advance(milliseconds(150));
  peer.Send(whole.substr(whole.size() - 4));
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_dispatched_total"), 1);
  EXPECT_EQ(server.Metric("mailroom_timers"), 1) << "the call's own, and no other";
  server.Advance(milliseconds(49));
  EXPECT_EQ(peer.Receive(), "");
  server.Advance(milliseconds(1));
  ASSERT_EQ(Replies(peer).size(), 1u);
  // Answered as a whole request: the connection lives.
  peer.Send(Echo("next"));
  server.Turn();
  EXPECT_EQ(Replies(peer).size(), 1u);
}

TEST_F(DeadlinesTest, OneBehindACallThatIsOutIsAnsweredInItsTurn) {
  io::Peer peer = server.Connect();
  const std::string second = Echo("second", 0, "Connect-Timeout-Ms: 200\r\n");
  peer.Send(Echo("first", 1000) + second.substr(0, second.size() - 4));
  server.Turn();
  server.Advance(milliseconds(999));
  EXPECT_EQ(peer.Receive(), "");
  server.Advance(milliseconds(1));
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_EQ(replies[0].body, "{\"message\":\"first\"}");
  EXPECT_EQ(replies[0].headers.Find("connection"), std::nullopt);
  EXPECT_EQ(replies[1].status, 504);
  EXPECT_EQ(replies[1].body,
            "{\"code\":\"deadline_exceeded\",\"message\":\"the deadline passed before the whole "
            "request was read: earlier calls of its connection were not answered, or their answers "
            "not taken\"}");
  EXPECT_EQ(replies[1].headers.Find("connection"), "close");
}

// What was wrong with it is told at its deadline, too, and not only when all of it is here.
TEST_F(DeadlinesTest, ARefusedRequestThatNeverEndsIsToldAtItsDeadline) {
  io::Peer peer = server.Connect();
  const std::string whole = Echo("x", 0, "Connect-Timeout-Ms: 200\r\nContent-Encoding: lzma\r\n");
  peer.Send(whole.substr(0, whole.size() - 4));
  server.Turn();
  server.Advance(milliseconds(200));
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_NE(replies[0].body.find("lzma"), std::string::npos) << replies[0].body;
}

TEST_F(DeadlinesTest, ACallerWhoLeavesItsBodyHalfSentLeavesNoTimer) {
  io::Peer peer = server.Connect();
  const std::string whole = Echo("x", 0, "Connect-Timeout-Ms: 3600000\r\n");
  peer.Send(whole.substr(0, whole.size() - 4));
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_timers"), 1);
  peer.Close();
  server.Turn();
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_timers"), 0);
}

class MaxCallTimeoutTest : public SessionsFixture {
 protected:
  MaxCallTimeoutTest() : SessionsFixture(TenSeconds()) {}

  static ServerOptions TenSeconds() {
    ServerOptions options;
    options.max_call_timeout = seconds(10);
    return options;
  }
  // The answer to a call whose handler takes an hour, `after` its head came.
  std::vector<HttpReply> Ask(std::string_view fields, Duration after) {
    io::Peer peer = server.Connect();
    peer.Send(Echo("late", 3600 * 1000, fields));
    server.Turn();
    server.Advance(after - milliseconds(1));
    EXPECT_EQ(peer.Receive(), "");
    server.Advance(milliseconds(1));
    return Replies(peer);
  }
};

TEST_F(MaxCallTimeoutTest, BoundsACallWithoutADeadline) {
  const std::vector<HttpReply> replies = Ask("", seconds(10));
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].status, 504);
  EXPECT_EQ(replies[0].body,
            "{\"code\":\"deadline_exceeded\",\"message\":\"the actor has not answered within 10s, "
            "the most that --max-call-timeout allows\"}");
  EXPECT_EQ(server.Metric("mailroom_timers"), 0);
}

TEST_F(MaxCallTimeoutTest, BoundsADeadlineThatIsLater) {
  const std::vector<HttpReply> replies = Ask("Connect-Timeout-Ms: 9999999999\r\n", seconds(10));
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_NE(replies[0].body.find("--max-call-timeout"), std::string::npos) << replies[0].body;
}

TEST_F(MaxCallTimeoutTest, LeavesAnEarlierDeadlineAsItIs) {
  const std::vector<HttpReply> replies = Ask("Connect-Timeout-Ms: 50\r\n", milliseconds(50));
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_NE(replies[0].body.find("the deadline passed"), std::string::npos) << replies[0].body;
}

// It is not the actor that tells it: that one knows nothing of the flag.
TEST_F(MaxCallTimeoutTest, EndsACallWhoseBodyTookAsLong) {
  const std::string call = Echo("late");
  io::Peer peer = server.Connect();
  peer.Send(call.substr(0, call.size() - 1));
  server.Turn();
  server.Advance(seconds(11));
  peer.Send(call.substr(call.size() - 1));
  server.Turn();
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_NE(replies[0].body.find("--max-call-timeout"), std::string::npos) << replies[0].body;
  EXPECT_EQ(server.Metric("mailroom_dispatched_total"), 0);
}

TEST_F(DeadlinesTest, AnAnsweredCallLeavesNoTimerBehind) {
  io::Peer peer = server.Connect();
  peer.Send(Echo("soon", 10, "Connect-Timeout-Ms: 60000\r\n"));
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_timers"), 1);
  server.Advance(milliseconds(10));
  EXPECT_EQ(Replies(peer).size(), 1u);
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_timers"), 0);
}

TEST_F(DeadlinesTest, AnAbandonedCallLeavesNoTimerBehind) {
  {
    io::Peer peer = server.Connect();
    peer.Send(Echo("gone", 10, "Connect-Timeout-Ms: 60000\r\n"));
    server.Turn();
  }
  server.Advance(milliseconds(20));
  EXPECT_EQ(server.Metric("mailroom_timers"), 0);
}

// A worker may have posted it and not woken the loop yet (actors/pace.h).
TEST_F(DeadlinesTest, AReplyThatIsHomeIsNotLate) {
  io::Peer peer = server.Connect();
  peer.Send(Echo("in time", 4, "Connect-Timeout-Ms: 5\r\n"));
  server.Turn();
  server.runner().Advance(milliseconds(4));
  server.runner().RunUntilIdle();  // posts the reply; the loop has not turned
  server.Advance(milliseconds(1));
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].status, 200) << replies[0].body;
}

TEST_F(DeadlinesTest, ACallCancelledInTheMailboxIsNotBegun) {
  server.HoldActors(true);
  {
    io::Peer peer = server.Connect();
    peer.Send(Echo("nobody waits", 3600 * 1000));
    server.Turn();
  }
  server.Turn();  // the peer has gone: the cancel overtakes the mail
  server.HoldActors(false);
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_stale_replies_total"), 1) << "it sleeps for nobody";
}

// S14: deadlines of connections, each with its own list.
TEST_F(DeadlinesTest, S14_AnIdleConnectionIsEvicted) {
  io::Peer peer = server.Connect();
  server.Turn();
  server.Advance(seconds(59));
  EXPECT_FALSE(peer.AtEnd());
  server.Advance(seconds(1));
  EXPECT_TRUE(peer.AtEnd());
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"idle\"}"), 1);
}

TEST_F(DeadlinesTest, AnAnswerBeginsANewIdleTime) {
  io::Peer peer = server.Connect();
  server.Turn();
  for (int i = 0; i < 3; ++i) {
    server.Advance(seconds(59));
    peer.Send(Echo("here"));
    server.Turn();
    ASSERT_EQ(Replies(peer).size(), 1u);
  }
  server.Advance(seconds(60));
  EXPECT_TRUE(peer.AtEnd());
}

TEST_F(DeadlinesTest, S14_ASlowHeadIsToldAndClosed) {
  io::Peer peer = server.Connect();
  peer.Send("POST /mail");
  server.Turn();
  for (int i = 0; i < 9; ++i) {
    peer.Send("x");  // a byte a second renews nothing
    server.Advance(seconds(1));
  }
  EXPECT_EQ(peer.Receive(), "");
  server.Advance(seconds(1));
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].status, 408);
  EXPECT_NE(replies[0].body.find("--header-timeout"), std::string::npos);
  EXPECT_TRUE(replies[0].headers.Find("date").has_value()) << "RFC 9110 s6.6.1";
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"header\"}"), 1);
}

TEST_F(DeadlinesTest, AnAnswerBeginsANewHeaderTime) {
  io::Peer peer = server.Connect();
  // Answered without an actor, each with the beginning of the next one behind it.
  const std::string unknown = CallText("/nobody.Here/Lives", kJson, "{}");
  peer.Send(unknown.substr(0, 10));
  for (int i = 0; i < 4; ++i) {
    server.Advance(seconds(9));
    peer.Send(unknown.substr(10) + unknown.substr(0, 10));
    server.Turn();
    const std::vector<HttpReply> replies = Replies(peer);
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_EQ(replies[0].status, 404);
  }
}

TEST_F(DeadlinesTest, S14_ASlowBodyIsToldAndClosed) {
  io::Peer peer = server.Connect();
  const std::string whole = Echo("never");
  peer.Send(whole.substr(0, whole.size() - 3));
  server.Turn();
  server.Advance(seconds(30));
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].status, 408);
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"body\"}"), 1);
}

TEST_F(DeadlinesTest, S14_ABodyOfOneByteASecondIsToldAndClosed) {
  io::Peer peer = server.Connect();
  const std::string whole = Echo(std::string(100, 'x'));
  const size_t head = whole.find("\r\n\r\n") + 4;
  peer.Send(whole.substr(0, head));
  server.Turn();
  for (size_t i = 0; i < 29; ++i) {
    peer.Send(whole.substr(head + i, 1));  // renews nothing
    server.Advance(seconds(1));
  }
  EXPECT_EQ(peer.Receive(), "");
  server.Advance(seconds(1));
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].status, 408);
  EXPECT_NE(replies[0].body.find("--body-timeout"), std::string::npos);
  EXPECT_EQ(server.Metric("mailroom_request_body_bytes"), 0);
}

// More than the pair of sockets takes at once.
class SlowReaderTest : public DeadlinesTest {
 protected:
  SlowReaderTest() : peer(server.Connect()) {
    const std::string call = Echo(std::string(1000 * 1000, 'w'));
    size_t sent = 0;
    while (sent < call.size()) {
      sent += peer.Send(std::string_view(call).substr(sent));
      server.Turn();
    }
  }
  io::Peer peer;
};

TEST_F(SlowReaderTest, S14_WhoTakesNothingIsEvicted) {
  server.Advance(seconds(30));  // the kernel's buffers took their share at first
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"write\"}"), 0);
  server.Advance(seconds(30));
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"write\"}"), 1);
}

// The kernel's buffers are full, so the 408 stays with us.
TEST_F(SlowReaderTest, S14_WhoTakesNothingAndSendsHalfARequestIsEvictedToo) {
  peer.Send("POST /half");
  server.Turn();
  for (int i = 0; i < 5; ++i) server.Advance(seconds(30));
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"header\"}"), 1);
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"write\"}"), 1);
}

// Each answer is queued behind what is not taken: it puts nothing off.
TEST_F(SlowReaderTest, S14_WhoTakesNothingAndAsksAgainIsEvictedToo) {
  for (int i = 0; i < 4; ++i) {
    peer.Send("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
    server.Turn();
    server.Advance(seconds(25));
  }
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"write\"}"), 1);
}

// More answers than are kept stop us from reading: what is half here then is not the
// caller's fault.
TEST_F(DeadlinesTest, S14_WhoReadsSlowlyIsNotEvictedForWhatIsNotRead) {
  io::Peer peer = server.Connect();
  std::string calls;
  for (int i = 0; i < 40; ++i) calls += Echo(std::string(60 * 1000, 'w'));
  std::string_view rest = calls;
  for (int i = 0; i < 500 && !rest.empty(); ++i) {
    rest.remove_prefix(peer.Send(rest));
    server.Turn();
  }
  for (int i = 0; i < 4; ++i) server.Advance(seconds(11));
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"header\"}"), 0);
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"body\"}"), 0);
  std::string answers;
  for (int i = 0; i < 5000 && answers.size() < 40 * 60 * 1000; ++i) {
    answers += peer.Receive();
    if (!rest.empty()) rest.remove_prefix(peer.Send(rest));
    server.Turn();
  }
  EXPECT_EQ(Replies(&answers).size(), 40u);
}

TEST_F(SlowReaderTest, S14_WhoIsSlowButTakesSomethingIsNot) {
  std::string answer;
  for (int i = 0; i < 30; ++i) {
    answer += peer.Receive();
    server.Advance(seconds(29));  // far beyond the idle timeout, too
    if (answer.size() > 1000 * 1000) break;
  }
  EXPECT_EQ(Replies(&answer).size(), 1u);
  server.Advance(seconds(60));
  EXPECT_TRUE(peer.AtEnd());
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"write\"}"), 0);
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"idle\"}"), 1);
}

}  // namespace
}  // namespace mailroom::tests
