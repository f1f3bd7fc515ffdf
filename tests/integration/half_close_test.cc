// SPDX-License-Identifier: Apache-2.0
// Callers who end their side while a call is out: some wait for the answer, most have left.
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/tests/integration/http_client.h"
#include "mailroom/tests/integration/live_server.h"
#include "mailroom/tests/integration/sessions_fixture.h"

namespace mailroom::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kHour = 3600 * 1000;

class HalfCloseTest : public SessionsFixture {
 protected:
  explicit HalfCloseTest(const ServerOptions& options = {}) : SessionsFixture(options) {}

  // A caller who has sent that, and no more will follow.
  io::Peer Ended(const std::string& requests) {
    io::Peer peer = server.Connect();
    peer.Send(requests);
    server.Turn();
    peer.ShutdownWrite();
    server.Turn();
    return peer;
  }
  // From now on the caller is waited for for five seconds; then it counts as gone, as
  // after a reset.
  void ExpectGoneInTime(io::Peer& peer) {
    server.Advance(milliseconds(4999));
    EXPECT_EQ(server.Metric("mailroom_calls"), 1);
    EXPECT_FALSE(peer.AtEnd());
    server.Advance(milliseconds(1));
    EXPECT_TRUE(peer.AtEnd());
    EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"half_close\"}"), 1);
    EXPECT_EQ(server.Metric("mailroom_released_total{reason=\"closed\"}"), 1);
    EXPECT_EQ(server.Metric("mailroom_calls"), 0);
    EXPECT_EQ(server.Metric("mailroom_connections{state=\"frozen\"}"), 0);
    EXPECT_EQ(server.Metric("mailroom_stale_replies_total"), 1) << "the handler was told";
  }
};

TEST_F(HalfCloseTest, S13_AnAnswerWithinTheTimeoutIsDelivered) {
  io::Peer peer = Ended(Echo("in time", 4999));
  server.Advance(milliseconds(4999));
  EXPECT_EQ(Replies(peer).size(), 1u);
  EXPECT_TRUE(peer.AtEnd());
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"half_close\"}"), 0);
}

// Their calls held their slots for as long as they had asked for.
TEST_F(HalfCloseTest, AfterItTheCallerCountsAsGone) {
  io::Peer peer = Ended(Echo("never", kHour));
  ExpectGoneInTime(peer);
}

TEST_F(HalfCloseTest, TheTimeRunsFromTheEndAndNotFromTheCall) {
  io::Peer peer = server.Connect();
  peer.Send(Echo("never", kHour));
  server.Turn();
  server.Advance(seconds(60));
  peer.ShutdownWrite();
  server.Turn();
  ExpectGoneInTime(peer);
}

TEST_F(HalfCloseTest, TheEndIsNoticedBehindBytesThatAreNotRead) {
  io::Peer peer = server.Connect();
  peer.Send(Echo("never", kHour));
  server.Turn();
  peer.Send(Echo("pipelined behind it"));
  server.Turn();
  server.Advance(seconds(60));
  EXPECT_EQ(server.Metric("mailroom_calls"), 1);
  peer.ShutdownWrite();
  server.Turn();
  server.Advance(seconds(5));
  // Unread bytes make it a reset.
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"half_close\"}"), 1);
  EXPECT_EQ(server.Metric("mailroom_calls"), 0);
}

// Who sends all its requests, ends and reads is an ordinary client.
TEST_F(HalfCloseTest, EachAnswerGivesTheNextOneItsTime) {
  io::Peer peer = Ended(Echo("a", 4000) + Echo("b", 8000) + Echo("c", 12000));
  size_t replies = 0;
  for (int i = 0; i < 3; ++i) {
    server.Advance(seconds(4));
    replies += Replies(peer).size();
  }
  EXPECT_EQ(replies, 3u);
  EXPECT_TRUE(peer.AtEnd());
}

TEST_F(HalfCloseTest, SoDoesOneThatWaitsForItsTurn) {
  io::Peer peer = Ended(Echo("slow", 8000) + Echo("fast", 4000));
  server.Advance(seconds(4));
  EXPECT_EQ(peer.Receive(), "");
  server.Advance(seconds(4));
  EXPECT_EQ(Replies(peer).size(), 2u);
}

TEST_F(HalfCloseTest, SoDoesOneThatIsADeadline) {
  io::Peer peer = Ended(Echo("slow", 8000) + Echo("fast", 60000, "Connect-Timeout-Ms: 4000\r\n"));
  server.Advance(seconds(4));
  EXPECT_EQ(peer.Receive(), "");
  server.Advance(seconds(4));
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_EQ(replies[0].body, R"({"message":"slow"})");
  EXPECT_EQ(replies[1].status, 504);
}

TEST_F(HalfCloseTest, RequestsThatWereNotReadYetAreServedToo) {
  std::string deposits;
  for (int i = 0; i < 40; ++i) deposits += Deposit("nobody") + Echo("x", 1000);
  io::Peer peer = Ended(deposits);
  std::string received;
  size_t replies = 0;
  for (int i = 0; i < 200 && !peer.AtEnd(); ++i) {
    server.Advance(milliseconds(500));
    received += peer.Receive();
    replies += Replies(&received).size();
  }
  EXPECT_EQ(replies, 80u);
}

// It takes its time for an earlier answer: the write deadline is its measure.
TEST_F(HalfCloseTest, WhoStillTakesAnAnswerIsNotGone) {
  io::Peer peer = server.Connect();
  const std::string requests = Echo(std::string(3'000'000, 'x')) + Echo("never", kHour);
  for (std::string_view rest = requests; !rest.empty(); server.Turn()) {
    rest.remove_prefix(peer.Send(rest));
  }
  peer.ShutdownWrite();
  server.Turn();
  server.Advance(seconds(6));
  EXPECT_EQ(server.Metric("mailroom_calls"), 1);
  std::string received;
  for (int i = 0; i < 100; ++i) {
    received += peer.Receive();
    server.Turn();
  }
  EXPECT_EQ(Replies(&received).size(), 1u);
  server.Advance(seconds(5));
  EXPECT_EQ(server.Metric("mailroom_calls"), 0);
  EXPECT_TRUE(peer.AtEnd());
}

// An answer that came home while the loop slept is no late one.
TEST_F(HalfCloseTest, AnAnswerThatIsHomeAtTheLastMomentIsDelivered) {
  io::Peer peer = Ended(Echo("just in time", 5000));
  server.runner().Advance(seconds(5));
  server.runner().RunUntilIdle();
  server.Turn();
  EXPECT_EQ(Replies(peer).size(), 1u);
}

class EndlessHalfCloseTest : public HalfCloseTest {
 protected:
  EndlessHalfCloseTest() : HalfCloseTest(NoLimit()) {}
  static ServerOptions NoLimit() {
    ServerOptions options;
    options.half_close_timeout = Duration::zero();
    return options;
  }
};

TEST_F(EndlessHalfCloseTest, ZeroIsNoLimit) {
  io::Peer peer = Ended(Echo("late", kHour));
  server.Advance(milliseconds(kHour));
  EXPECT_EQ(Replies(peer).size(), 1u);
}

class LiveHalfCloseTest : public ::testing::TestWithParam<Threads> {};
INSTANTIATE_TEST_SUITE_P(All, LiveHalfCloseTest,
                         ::testing::Values(Threads{1, 0}, Threads{1, 1}, Threads{2, 2}), NameOf);

// Over TCP a close is a FIN at first: nothing else tells that nobody waits.
TEST_P(LiveHalfCloseTest, ThreeWhoAskForAnHourAndCloseLeaveRoomForAFourth) {
  ServerOptions options;
  options.max_connections = 3;
  options.half_close_timeout = milliseconds(1);
  LiveServer server(GetParam(), options);
  const std::string hour =
      CallText(kEcho, kJson, R"({"message":"x","delayMs":)" + std::to_string(kHour) + "}");
  for (int i = 0; i < 3; ++i) HttpClient(server.address()).Send(hour);
  HttpClient fourth(server.address());
  fourth.Send(CallText(kEcho, kJson, R"({"message":"room"})"));
  ASSERT_TRUE(fourth.peer().AwaitReadable(seconds(20)));
  EXPECT_EQ(fourth.Read()->body, R"({"message":"room"})");
}

}  // namespace
}  // namespace mailroom::tests
