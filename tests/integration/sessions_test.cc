// SPDX-License-Identifier: Apache-2.0
// Connections of an in-memory server, request by request: freezing, order,
// half-closes, errors in the caller's protocol, draining.
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/actors/testing/probe_actor.h"
#include "mailroom/base/log.h"
#include "mailroom/tests/integration/sessions_fixture.h"

namespace mailroom::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

using SessionsTest = SessionsFixture;

// S45: a body echo and a 404, five times over one connection, and an inline and a
// pooled server give the same bytes (S10 in live_test).
TEST_F(SessionsTest, S45_EchoAndNotFoundFiveTimesOverOneConnection) {
  io::Peer peer = server.Connect();
  for (int i = 0; i < 5; ++i) {
    peer.Send(Echo("word" + std::to_string(i)));
    server.Turn();
    std::vector<HttpReply> replies = Replies(peer);
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_EQ(replies[0].status, 200);
    EXPECT_EQ(replies[0].body, "{\"message\":\"word" + std::to_string(i) + "\"}");
    peer.Send(CallText("/nobody.Here/Lives", kJson, "{}"));
    server.Turn();
    replies = Replies(peer);
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_EQ(replies[0].status, 404);
  }
  EXPECT_FALSE(peer.AtEnd());
}

// S3: while a call is out nothing is read from its connection.
TEST_F(SessionsTest, S3_FrozenWhileACallIsOut) {
  io::Peer peer = server.Connect();
  peer.Send(Echo("first", 50));
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_connections{state=\"frozen\"}"), 1);
  const double reads = server.Metric("mailroom_reads_total");
  peer.Send(Echo("second"));
  for (int i = 0; i < 10; ++i) server.Turn();
  EXPECT_EQ(server.Metric("mailroom_reads_total"), reads);
  EXPECT_EQ(peer.Receive(), "");
  server.Advance(milliseconds(50));
  server.Turn();
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 2u) << "unfrozen, the second was read and answered";
  EXPECT_EQ(replies[1].body, "{\"message\":\"second\"}");
  EXPECT_EQ(server.Metric("mailroom_connections{state=\"frozen\"}"), 0);
}

// S5: replies resume keep-alive and the pipeline; answers keep the requests' order
// although later ones finish first.
TEST_F(SessionsTest, S5_PipelinedAnswersKeepTheirOrder) {
  io::Peer peer = server.Connect();
  peer.Send(Echo("slow", 30) + Echo("quick") + Echo("middle", 10));
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_calls"), 2) << "dispatched ahead: none has side effects";
  EXPECT_EQ(peer.Receive(), "") << "quick is ready and waits for its turn";
  server.Advance(milliseconds(10));
  EXPECT_EQ(peer.Receive(), "");
  server.Advance(milliseconds(20));
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 3u);
  EXPECT_EQ(replies[0].body, "{\"message\":\"slow\"}");
  EXPECT_EQ(replies[1].body, "{\"message\":\"quick\"}");
  EXPECT_EQ(replies[2].body, "{\"message\":\"middle\"}");
}

TEST_F(SessionsTest, WithSideEffectsAcrossActorsOneIsInFlight) {
  io::Peer peer = server.Connect();
  server.HoldActors(true);
  peer.Send(Deposit("a") + Echo("after"));
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_dispatched_total"), 1) << "Echo waits for the deposit";
  server.HoldActors(false);
  server.Turn();
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_dispatched_total"), 2);
  EXPECT_EQ(Replies(peer).size(), 2u);
}

TEST_F(SessionsTest, ToOneExclusiveActorRequestsGoAheadInOrder) {
  io::Peer peer = server.Connect();
  server.HoldActors(true);
  peer.Send(Deposit("a") + Deposit("b") + Deposit("c"));
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_dispatched_total"), 3);
  server.HoldActors(false);
  server.Turn();
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 3u);
  EXPECT_NE(replies[0].body.find("'a'"), std::string::npos) << replies[0].body;
  EXPECT_NE(replies[2].body.find("'c'"), std::string::npos) << replies[2].body;
}

// Sixteen pipelined requests cost one read and one write.
TEST_F(SessionsTest, SixteenPipelinedCostOneReadAndOneWrite) {
  io::Peer peer = server.Connect();
  std::string requests;
  for (int i = 0; i < 16; ++i) requests += Echo("x");
  const double reads = server.Metric("mailroom_reads_total");
  const double writes = server.Metric("mailroom_writes_total");
  peer.Send(requests);
  server.Turn();
  EXPECT_EQ(Replies(peer).size(), 16u);
  EXPECT_EQ(server.Metric("mailroom_reads_total") - reads, 1);
  EXPECT_EQ(server.Metric("mailroom_writes_total") - writes, 1);
}

// Of a row of replies to one connection only the last one answers: each row has its end.
TEST_F(SessionsTest, RepliesOfTwoConnectionsThatComeHomeInTurnAreAllAnswered) {
  io::Peer one = server.Connect();
  io::Peer other = server.Connect();
  one.Send(Echo("first", 10) + Echo("third", 30));
  other.Send(Echo("second", 20) + Echo("fourth", 40));
  server.Turn();
  server.Advance(milliseconds(40));
  EXPECT_EQ(Replies(one).size(), 2u);
  EXPECT_EQ(Replies(other).size(), 2u);
}

// S13: half-close honoured: who shuts the write side down still gets the reply.
TEST_F(SessionsTest, S13_HalfClosedGetsItsReplyThenTheEnd) {
  io::Peer peer = server.Connect();
  peer.Send(Echo("bye", 20));
  peer.ShutdownWrite();
  server.Turn();
  EXPECT_FALSE(peer.AtEnd());
  server.Advance(milliseconds(20));
  server.Turn();
  EXPECT_EQ(Replies(peer).size(), 1u);
  EXPECT_TRUE(peer.AtEnd());
}

TEST_F(SessionsTest, AMessageOverTheLimitIsToldInTheCallersProtocol) {
  ServerOptions options;
  options.max_message_bytes = 1000;
  InMemoryServer small(options);
  small.Add<services::EchoActor>();
  const std::string exact = "{\"message\":\"" + std::string(1000 - 14, 'x') + "\"}";
  ASSERT_EQ(exact.size(), 1000u);
  EXPECT_EQ(small.Post(kEcho, kJson, exact).status, 200);
  const HttpReply over = small.Post(kEcho, kJson, exact + " ");
  EXPECT_EQ(over.status, 429);
  EXPECT_NE(over.body.find("\"resource_exhausted\""), std::string::npos) << over.body;
  EXPECT_NE(over.body.find("--max-message-bytes"), std::string::npos) << over.body;
}

TEST_F(SessionsTest, EachRefusalHasItsStatus) {
  EXPECT_EQ(server.Exchange("GET " + std::string(kEcho) + " HTTP/1.1\r\nhost: a\r\n\r\n").status,
            405);
  EXPECT_EQ(*server.Exchange("GET " + std::string(kEcho) + " HTTP/1.1\r\nhost: a\r\n\r\n")
                 .headers.Find("allow"),
            "OPTIONS, POST");
  const HttpReply unspoken = server.Post(kEcho, "image/jpeg", "x");
  EXPECT_EQ(unspoken.status, 415);
  EXPECT_EQ(unspoken.headers.Find("accept-post"), "application/json, application/proto");
  EXPECT_LT(server.Post(kEcho, "image/" + std::string(9000, 'x'), "x").body.size(), 500u)
      << "what the caller sent is cut";
  EXPECT_EQ(server.Exchange("nonsense\r\n\r\n").status, 400);
  EXPECT_EQ(server.Exchange("POST / HTTP/2.0\r\nhost: a\r\n\r\n").status, 505);
  EXPECT_EQ(
      server.Exchange("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nhost: a\r\n\r\n").status,
      414);
  EXPECT_EQ(
      server.Exchange("GET / HTTP/1.1\r\nhost: a\r\nx: " + std::string(20000, 'a') + "\r\n\r\n")
          .status,
      431);
  EXPECT_EQ(server.Exchange("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n").status,
            501);
  EXPECT_EQ(server
                .Exchange("POST / HTTP/1.1\r\nhost: a\r\nexpect: magic\r\n"
                          "content-length: 1\r\n\r\nx")
                .status,
            417);
}

TEST_F(SessionsTest, AnUnknownMethodNamesTheNearest) {
  const HttpReply reply = server.Post("/mailroom.echo.v1.EchoService/Ecko", kJson, "{}");
  EXPECT_EQ(reply.status, 404);
  EXPECT_NE(reply.body.find("did you mean /mailroom.echo.v1.EchoService/Echo?"), std::string::npos);
}

TEST_F(SessionsTest, WhoeverAwaitsContinueIsToldToGoOn) {
  io::Peer peer = server.Connect();
  const std::string whole = Echo("big", 0, "Expect: 100-continue\r\n");
  const size_t head = whole.find("\r\n\r\n") + 4;
  peer.Send(whole.substr(0, head));
  server.Turn();
  EXPECT_EQ(peer.Receive(), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.Send(whole.substr(head));
  server.Turn();
  EXPECT_EQ(Replies(peer).size(), 1u);
}

TEST_F(SessionsTest, DrainingFinishesWhatRunsAndShedsWhatIsNew) {
  io::Peer idle = server.Connect();
  io::Peer busy = server.Connect();
  busy.Send(Echo("last", 50));
  io::Peer begun = server.Connect();
  begun.Send(Echo("too late").substr(0, 20));
  server.Turn();
  server.Drain();
  server.Turn();
  EXPECT_TRUE(idle.AtEnd());
  begun.Send(Echo("too late").substr(20));
  server.Turn();
  const std::vector<HttpReply> shed = Replies(begun);
  ASSERT_EQ(shed.size(), 1u);
  EXPECT_EQ(shed[0].status, 503);
  EXPECT_NE(shed[0].body.find("draining"), std::string::npos);
  EXPECT_EQ(shed[0].headers.Find("connection"), "close");
  EXPECT_FALSE(server.drained());
  server.Advance(milliseconds(50));
  const std::vector<HttpReply> last = Replies(busy);
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(last[0].status, 200);
  EXPECT_EQ(last[0].headers.Find("connection"), "close");
  for (io::Peer* peer : {&idle, &busy, &begun}) peer->Close();
  server.Advance(milliseconds(1));
  EXPECT_TRUE(server.drained());
}

class DrainDelayTest : public SessionsFixture {
 protected:
  DrainDelayTest() : SessionsFixture(FiveSeconds()) {}
  static ServerOptions FiveSeconds() {
    ServerOptions options;
    options.drain_delay = std::chrono::seconds(5);
    return options;
  }
  // The call is answered, for the last time on this connection.
  void ExpectLastAnswer(io::Peer& peer) {
    const std::vector<HttpReply> replies = Replies(peer);
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_EQ(replies[0].status, 200);
    EXPECT_EQ(replies[0].headers.Find("connection"), "close");
    EXPECT_TRUE(peer.AtEnd());
  }
};

// A balancer kept its connections busy until they were cut.
TEST_F(DrainDelayTest, AnswersSayCloseFromTheBeginningOn) {
  io::Peer idle = server.Connect();
  io::Peer busy = server.Connect();
  io::Peer silent = server.Connect();
  busy.Send(Echo("out", 50));
  server.Turn();
  server.Drain();
  server.Turn();
  server.Advance(milliseconds(50));
  ExpectLastAnswer(busy);
  EXPECT_FALSE(idle.AtEnd()) << "a request may be on its way";
  idle.Send(Echo("late").substr(0, 20));
  server.Turn();
  idle.Send(Echo("late").substr(20));
  server.Turn();
  ExpectLastAnswer(idle);
  io::Peer fresh = server.Connect();
  server.Turn();
  fresh.Send(Echo("a probe"));
  server.Turn();
  ExpectLastAnswer(fresh);
  EXPECT_FALSE(silent.AtEnd());
  server.Advance(std::chrono::seconds(5));
  EXPECT_TRUE(silent.AtEnd());
}

// Its answer was composed before the drain began and does not say close: the connection was
// closed behind it all the same, and the next request thrown away.
TEST_F(DrainDelayTest, WhoStillTakesAnEarlierAnswerMayAskOnceMore) {
  for (const bool asks_early : {false, true}) {
    InMemoryServer slow(FiveSeconds());
    slow.Add<services::EchoActor>();
    io::Peer peer = slow.Connect();
    const std::string large = Echo(std::string(3'000'000, 'x'));
    for (std::string_view rest = large; !rest.empty(); slow.Turn()) {
      rest.remove_prefix(peer.Send(rest));
    }
    slow.Drain();
    slow.Turn();
    if (asks_early) peer.Send(Echo("late"));
    std::string received;
    for (int i = 0; i < 200 && received.size() < large.size(); ++i) {
      received += peer.Receive();
      slow.Turn();
    }
    if (!asks_early) {
      const std::vector<HttpReply> first = Replies(&received);
      ASSERT_EQ(first.size(), 1u);
      EXPECT_EQ(first[0].headers.Find("connection"), std::nullopt);
      ASSERT_FALSE(peer.AtEnd());
      peer.Send(Echo("late"));
      slow.Turn();
    }
    received += peer.Receive();
    const std::vector<HttpReply> replies = Replies(&received);
    ASSERT_EQ(replies.size(), asks_early ? 2u : 1u);
    EXPECT_EQ(replies.back().body, R"({"message":"late"})");
    EXPECT_EQ(replies.back().headers.Find("connection"), "close");
    EXPECT_TRUE(peer.AtEnd());
  }
}

TEST_F(DrainDelayTest, AnEmptyLineIsNoLastRequest) {
  io::Peer peer = server.Connect();
  server.Turn();
  server.Drain();
  server.Turn();
  peer.Send("\r\n");
  server.Turn();
  EXPECT_FALSE(peer.AtEnd());
  peer.Send(Echo("late"));
  server.Turn();
  ExpectLastAnswer(peer);
}

TEST_F(DrainDelayTest, OfPipelinedCallsTheLastIsToldSo) {
  io::Peer peer = server.Connect();
  peer.Send(Echo("a", 50) + Echo("b", 50) + Echo("c", 50));
  server.Turn();
  server.Drain();
  server.Turn();
  server.Advance(milliseconds(50));
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 3u);
  EXPECT_EQ(replies[0].headers.Find("connection"), std::nullopt);
  EXPECT_EQ(replies[1].headers.Find("connection"), std::nullopt);
  EXPECT_EQ(replies[2].headers.Find("connection"), "close");
  EXPECT_TRUE(peer.AtEnd());
}

TEST_F(SessionsTest, DrainingIsToldAlsoToAClientThatRepeatsItself) {
  io::Peer peer = server.Connect();
  for (int i = 0; i < 5; ++i) {
    peer.Send(Echo("again"));
    server.Turn();
    const std::vector<HttpReply> replies = Replies(peer);
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_FALSE(replies[0].headers.Find("connection").has_value());
  }
  server.HoldActors(true);
  peer.Send(Echo("again"));
  server.Turn();
  server.Drain();
  server.HoldActors(false);
  server.Turn();
  const std::vector<HttpReply> last = Replies(peer);
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(last[0].body, "{\"message\":\"again\"}");
  EXPECT_EQ(last[0].headers.Find("connection"), "close");
  EXPECT_TRUE(peer.AtEnd());
}

TEST_F(SessionsTest, DrainingLetsAHalfSentHeadBeFinished) {
  io::Peer begun = server.Connect();
  const std::string whole = Echo("shed");
  begun.Send(whole.substr(0, 10));
  server.Turn();
  server.Drain();
  server.Turn();
  begun.Send(whole.substr(10, 10));  // still not a head
  server.Turn();
  begun.Send(whole.substr(20));
  server.Turn();
  const std::vector<HttpReply> replies = Replies(begun);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].status, 503);
}

TEST_F(SessionsTest, WhatTheCallerWasToldIsCounted) {
  LogOptions quiet;
  quiet.sink = [](std::string_view) {};
  InitLogging(quiet);
  InMemoryServer other;
  auto actor = std::make_unique<actors::testing::ProbeActor>();
  actor->on_mail = [](actors::EnvelopePtr mail) {
    mail->headers.Add("evil", "a\r\nset-cookie: b");
    actors::Answer(std::move(mail));
  };
  other.AddActor(services::GreetActor::Spec(), std::move(actor));
  const HttpReply reply = other.Post("/mailroom.greet.v1.GreetService/Greet", kJson, "{}");
  InitLogging(LogOptions());
  EXPECT_EQ(reply.status, 500);
  const auto handled = [&other](const std::string& code) {
    return other.Metric(
        "grpc_server_handled_total{grpc_type=\"unary\",grpc_service=\""
        "mailroom.greet.v1.GreetService\",grpc_method=\"Greet\",protocol=\""
        "connect\",grpc_code=\"" +
        code + "\"}");
  };
  EXPECT_EQ(handled("Internal"), 1);
  EXPECT_EQ(handled("OK"), 0);
}

// Its handler may be in the middle of its side effects.
TEST_F(SessionsTest, DrainingWaitsForACallThatNobodyWaitsFor) {
  InMemoryServer other;
  auto actor = std::make_unique<actors::testing::ProbeActor>();
  actors::EnvelopePtr kept;
  actor->on_mail = [&kept](actors::EnvelopePtr mail) { kept = std::move(mail); };
  other.AddActor(services::BankActor::Spec(), std::move(actor));
  {
    io::Peer peer = other.Connect();
    peer.Send(Deposit("a"));
    other.Turn();
  }
  other.Turn();
  other.Drain();
  other.Turn();
  EXPECT_FALSE(other.drained());
  actors::Answer(std::move(kept));
  other.Turn();
  EXPECT_TRUE(other.drained());
}

TEST_F(SessionsTest, ADrainEndsByItsTimeoutAtTheLatest) {
  io::Peer stuck = server.Connect();
  stuck.Send(Echo("for ever", 3600000));
  server.Turn();
  server.Drain();
  server.Turn();
  server.Advance(seconds(29));
  EXPECT_FALSE(server.drained());
  server.Advance(seconds(1));
  EXPECT_TRUE(server.drained());
}

TEST_F(SessionsTest, AResetReleasesTheCallAndItsReplyIsStale) {
  {
    io::Peer peer = server.Connect();
    peer.Send(Echo("gone", 10));
    server.Turn();
    peer.Close();
  }
  for (int i = 0; i < 20; ++i) server.Advance(milliseconds(1));
  EXPECT_EQ(server.Metric("mailroom_calls"), 0);
  EXPECT_EQ(
      server.Metric("mailroom_dispatched_total"),
      server.Metric("mailroom_attached_total") + server.Metric("mailroom_stale_replies_total"));
}

// One whose answer is ready and waits for its turn, one that is out, and half a call.
TEST_F(SessionsTest, WhatNobodyWillBeToldOfIsCountedToo) {
  const auto echoed = [this](const std::string& what, const std::string& end) {
    return server.Metric("grpc_server_" + what +
                         "_total{grpc_type=\"unary\",grpc_service=\"mailroom.echo.v1.EchoService\","
                         "grpc_method=\"Echo\",protocol=\"connect\"" +
                         end + "}");
  };
  {
    io::Peer peer = server.Connect();
    peer.Send(Echo("slow", 30) + Echo("quick"));
    server.Turn();
    io::Peer half = server.Connect();
    const std::string call = Echo("half a call");
    half.Send(std::string_view(call).substr(0, call.size() - 5));
    server.Turn();
    EXPECT_EQ(echoed("started", ""), 3);
    half.Close();
    peer.Reset();
  }
  for (int i = 0; i < 40; ++i) server.Advance(milliseconds(1));
  EXPECT_EQ(echoed("handled", ",grpc_code=\"Canceled\""), 3);
}

// A request split at every byte is the same request.
TEST_F(SessionsTest, SplitAnywhereARequestIsTheSame) {
  const std::string whole = Echo("split") + Echo("again");
  for (size_t at = 1; at < whole.size(); ++at) {
    io::Peer peer = server.Connect();
    peer.Send(whole.substr(0, at));
    server.Turn();
    std::string received = peer.Receive();
    peer.Send(whole.substr(at));
    server.Turn();
    received += peer.Receive();
    const std::vector<HttpReply> replies = Replies(&received);
    ASSERT_EQ(replies.size(), 2u) << at;
    EXPECT_EQ(replies[1].body, "{\"message\":\"again\"}") << at;
  }
}

TEST_F(SessionsTest, TheIndexListsServicesAndCurlLines) {
  const HttpReply reply = server.Exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
}

}  // namespace
}  // namespace mailroom::tests
