// SPDX-License-Identifier: Apache-2.0
// How long a connection lives, and what request bodies may take in sum.
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/tests/integration/sessions_fixture.h"

namespace mailroom::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// An in-memory server with these options and EchoService.
class EchoServer final {
 public:
  explicit EchoServer(const ServerOptions& options) : server(options) {
    server.Add<services::EchoActor>();
  }
  double Evicted(const std::string& reason) {
    return server.Metric("mailroom_evicted_total{reason=\"" + reason + "\"}");
  }
  double BodyBytes() { return server.Metric("mailroom_request_body_bytes"); }
  std::vector<HttpReply> Ask(io::Peer& peer, std::string_view bytes) {
    peer.Send(bytes);
    server.Turn();
    std::string received = peer.Receive();
    std::vector<HttpReply> replies;
    while (auto reply = TakeReply(&received)) replies.push_back(std::move(*reply));
    return replies;
  }

  InMemoryServer server;
};

std::string EchoText(const std::string& word, int delay_ms = 0, std::string_view extra = "") {
  return CallText(kEcho, kJson,
                  "{\"message\":\"" + word + "\",\"delayMs\":" + std::to_string(delay_ms) + "}",
                  extra);
}

TEST(RequestLimitTest, S14_TheLastRequestOfAConnectionIsToldSo) {
  ServerOptions options;
  options.max_requests_per_connection = 3;
  EchoServer echo(options);
  io::Peer peer = echo.server.Connect();
  for (int i = 0; i < 2; ++i) {
    const std::vector<HttpReply> replies = echo.Ask(peer, EchoText("on"));
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_FALSE(replies[0].headers.Find("connection").has_value());
  }
  const std::vector<HttpReply> last = echo.Ask(peer, EchoText("last") + EchoText("too many"));
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(last[0].body, "{\"message\":\"last\"}");
  EXPECT_EQ(last[0].headers.Find("connection"), "close");
  EXPECT_TRUE(peer.AtEnd());
  EXPECT_EQ(echo.Evicted("requests"), 1);
}

ServerOptions Aging() {
  ServerOptions options;
  options.max_connection_age = minutes(10);
  options.max_connection_age_grace = seconds(20);
  options.idle_timeout = std::chrono::hours(1);
  return options;
}

TEST(ConnectionAgeTest, S14_IdleOnesCloseAtTheirAgeAndNotAllAtOnce) {
  EchoServer echo(Aging());
  std::vector<io::Peer> peers;
  for (int i = 0; i < 20; ++i) peers.push_back(echo.server.Connect());
  echo.server.Turn();
  echo.server.Advance(minutes(9) - milliseconds(1));
  EXPECT_EQ(echo.Evicted("age"), 0) << "none before nine tenths";
  echo.server.Advance(minutes(1));
  const double half = echo.Evicted("age");
  EXPECT_GT(half, 0);
  EXPECT_LT(half, 20);
  echo.server.Advance(minutes(1) + milliseconds(1));
  EXPECT_EQ(echo.Evicted("age"), 20) << "all of them after eleven tenths";
  for (io::Peer& peer : peers) EXPECT_TRUE(peer.AtEnd());
}

TEST(ConnectionAgeTest, ACallThatIsOutIsAnsweredAndToldToClose) {
  EchoServer echo(Aging());
  io::Peer peer = echo.server.Connect();
  ASSERT_TRUE(echo.Ask(peer, EchoText("slow", 11 * 60 * 1000 + 10 * 1000)).empty());
  echo.server.Advance(minutes(11));
  EXPECT_EQ(echo.Evicted("age"), 1);
  EXPECT_FALSE(peer.AtEnd());
  echo.server.Advance(seconds(10));
  const std::vector<HttpReply> replies = echo.Ask(peer, "");
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].body, "{\"message\":\"slow\"}");
  EXPECT_EQ(replies[0].headers.Find("connection"), "close");
  EXPECT_TRUE(peer.AtEnd());
  EXPECT_EQ(echo.Evicted("age_grace"), 0);
}

TEST(ConnectionAgeTest, WhatRunsAfterTheGraceIsClosed) {
  EchoServer echo(Aging());
  io::Peer peer = echo.server.Connect();
  ASSERT_TRUE(echo.Ask(peer, EchoText("for ever", 3600 * 1000)).empty());
  echo.server.Advance(minutes(11));
  echo.server.Advance(seconds(19));
  EXPECT_FALSE(peer.AtEnd());
  echo.server.Advance(seconds(1));
  EXPECT_TRUE(peer.AtEnd());
  EXPECT_EQ(echo.Evicted("age_grace"), 1);
  EXPECT_EQ(echo.server.Metric("mailroom_calls"), 0);
}

TEST(ConnectionAgeTest, AClosedConnectionLeavesNothingThatWouldWake) {
  EchoServer echo(Aging());
  for (int i = 0; i < 3; ++i) {
    io::Peer peer = echo.server.Connect();
    ASSERT_EQ(echo.Ask(peer, EchoText("short")).size(), 1u);
    peer.Close();
    echo.server.Turn();
  }
  echo.server.Advance(minutes(11));
  EXPECT_EQ(echo.Evicted("age"), 0);
}

// A tenth more than that does not fit a Duration: it once wrapped round, and closed at once.
TEST(ConnectionAgeTest, TheLongestOneDoesNotOverflow) {
  ServerOptions options = Aging();
  options.idle_timeout = Duration::zero();
  options.max_connection_age = Duration::max();
  EchoServer echo(options);
  std::vector<io::Peer> peers;
  for (int i = 0; i < 20; ++i) peers.push_back(echo.server.Connect());
  echo.server.Advance(std::chrono::hours(10'000));
  EXPECT_EQ(echo.Evicted("age"), 0);
}

TEST(TimeoutTest, ZeroIsNoLimitForWhatAClientSends) {
  ServerOptions options;
  options.header_timeout = options.body_timeout = options.idle_timeout = Duration::zero();
  EchoServer echo(options);
  io::Peer idle = echo.server.Connect();
  EXPECT_EQ(echo.Ask(idle, EchoText("first")).size(), 1u);
  const std::string text = EchoText("late");
  io::Peer head = echo.server.Connect();
  io::Peer body = echo.server.Connect();
  EXPECT_TRUE(echo.Ask(head, text.substr(0, 20)).empty());
  EXPECT_TRUE(echo.Ask(body, text.substr(0, text.size() - 4)).empty());
  echo.server.Advance(std::chrono::hours(10'000));
  EXPECT_EQ(echo.Ask(idle, text).size(), 1u);
  EXPECT_EQ(echo.Ask(head, text.substr(20)).size(), 1u);
  EXPECT_EQ(echo.Ask(body, text.substr(text.size() - 4)).size(), 1u);
  EXPECT_EQ(echo.Evicted("header") + echo.Evicted("body") + echo.Evicted("idle"), 0);
}

TEST(TimeoutTest, ZeroIsNoLimitForAClientThatDoesNotTakeItsAnswer) {
  ServerOptions options;
  options.write_timeout = Duration::zero();
  EchoServer echo(options);
  io::Peer peer = echo.server.Connect();
  const std::string word(3 * 1024 * 1024, 'w');
  const std::string text = EchoText(word);
  for (BytesView rest = text; !rest.empty(); echo.server.Turn()) ASSERT_TRUE(peer.TrySend(&rest));
  echo.server.Advance(std::chrono::hours(10'000));
  std::string received = peer.Receive();
  EXPECT_LT(received.size(), word.size()) << "the kernel took all of it";
  while (received.size() < word.size()) {
    echo.server.Turn();
    const std::string more = peer.Receive();
    if (more.empty()) break;
    received += more;
  }
  EXPECT_GT(received.size(), word.size());
  EXPECT_EQ(echo.Evicted("write"), 0);
}

TEST(ConnectionAgeTest, IsOffByDefault) {
  ServerOptions options;
  options.idle_timeout = std::chrono::hours(1000);
  EchoServer echo(options);
  io::Peer peer = echo.server.Connect();
  echo.server.Turn();
  echo.server.Advance(std::chrono::hours(999));
  EXPECT_EQ(echo.Ask(peer, EchoText("still here")).size(), 1u);
}

// A call of 700 bytes, of which 1,000 may be under way.
class BodyMemoryTest : public ::testing::Test {
 protected:
  BodyMemoryTest()
      : echo([] {
          ServerOptions options;
          options.max_message_bytes = 1000;
          options.max_body_memory_bytes = 1000;
          return options;
        }()) {}

  static std::string Large(int delay_ms = 0, std::string_view extra = "") {
    const std::string small = EchoText("", delay_ms, extra);
    const size_t body = small.size() - small.find("\r\n\r\n") - 4;
    return EchoText(std::string(700 - body, 'x'), delay_ms, extra);
  }

  EchoServer echo;
};

TEST_F(BodyMemoryTest, WhenUsedUpANewBodyIsShedByName) {
  io::Peer first = echo.server.Connect();
  const std::string call = Large();
  ASSERT_TRUE(echo.Ask(first, call.substr(0, call.size() - 1)).empty());
  EXPECT_EQ(echo.BodyBytes(), 699);
  io::Peer second = echo.server.Connect();
  const std::vector<HttpReply> shed = echo.Ask(second, Large());
  ASSERT_EQ(shed.size(), 1u);
  EXPECT_EQ(shed[0].status, 429);
  EXPECT_NE(shed[0].body.find("\"resource_exhausted\""), std::string::npos) << shed[0].body;
  EXPECT_NE(shed[0].body.find("--max-body-memory-bytes"), std::string::npos) << shed[0].body;
  EXPECT_EQ(shed[0].headers.Find("retry-after"), "1");
  EXPECT_EQ(echo.server.Metric("mailroom_shed_total{reason=\"body_memory\"}"), 1);
  EXPECT_EQ(echo.BodyBytes(), 699) << "what came of the second is free again";
  EXPECT_EQ(echo.Ask(second, EchoText("a small one")).size(), 1u);
  const std::vector<HttpReply> served = echo.Ask(first, call.substr(call.size() - 1));
  ASSERT_EQ(served.size(), 1u);
  EXPECT_EQ(served[0].status, 200);
  EXPECT_EQ(echo.BodyBytes(), 0);
  EXPECT_EQ(echo.Ask(second, Large())[0].status, 200) << "the connection was not closed";
}

// Its deadline ends what was shed long before; why it was shed is told.
TEST_F(BodyMemoryTest, ABodyThatWasShedAndNeverEndsIsToldAtItsDeadline) {
  const std::string deadline = "Connect-Timeout-Ms: 5\r\n";
  const std::string sized = Large(0, deadline);
  const std::string chunked =
      "POST " + std::string(kEcho) + " HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n" +
      deadline + "transfer-encoding: chunked\r\n\r\n2bc\r\n" + std::string(700, 'x');  // and no end
  for (const std::string& call : {sized.substr(0, sized.size() - 1), chunked}) {
    io::Peer first = echo.server.Connect();
    ASSERT_TRUE(echo.Ask(first, Large().substr(0, 600)).empty());
    io::Peer second = echo.server.Connect();
    ASSERT_TRUE(echo.Ask(second, call).empty());
    first.Close();
    echo.server.Turn();
    EXPECT_EQ(echo.BodyBytes(), 0);
    echo.server.Advance(milliseconds(5));
    const std::vector<HttpReply> shed = echo.Ask(second, "");
    ASSERT_EQ(shed.size(), 1u);
    EXPECT_EQ(shed[0].status, 429);
    EXPECT_EQ(shed[0].headers.Find("retry-after"), "1");
    EXPECT_EQ(shed[0].headers.Find("connection"), "close");
    EXPECT_EQ(echo.BodyBytes(), 0);
  }
}

TEST_F(BodyMemoryTest, IsHeldUntilTheEnvelopeIsHome) {
  io::Peer peer = echo.server.Connect();
  ASSERT_TRUE(echo.Ask(peer, Large(1000, "Connect-Timeout-Ms: 5\r\n")).empty());
  EXPECT_EQ(echo.BodyBytes(), 700);
  echo.server.HoldActors(true);
  echo.server.Advance(milliseconds(5));
  EXPECT_EQ(echo.Ask(peer, "")[0].status, 504);
  EXPECT_EQ(echo.BodyBytes(), 700) << "answered, but the handler still has it";
  echo.server.HoldActors(false);
  echo.server.Advance(seconds(1));
  EXPECT_EQ(echo.BodyBytes(), 0);
}

TEST_F(BodyMemoryTest, IsFreeWhenTheClientGoesInTheMiddle) {
  {
    io::Peer peer = echo.server.Connect();
    ASSERT_TRUE(echo.Ask(peer, Large().substr(0, 500)).empty());
    EXPECT_GT(echo.BodyBytes(), 0);
  }
  echo.server.Turn();
  EXPECT_EQ(echo.BodyBytes(), 0);
}

}  // namespace
}  // namespace mailroom::tests
