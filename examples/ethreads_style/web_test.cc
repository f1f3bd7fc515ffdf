// SPDX-License-Identifier: Apache-2.0
#include "mailroom/examples/ethreads_style/web.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "mailroom/base/clock.h"
#include "mailroom/io/testing/loopback.h"

namespace mailroom::ethreads_style {
namespace {

class WebTest : public ::testing::Test {
 protected:
  WebTest() : sockets(io::MakePoller(), clock) {
    EXPECT_TRUE(sockets.Start(AcceptLoop(sockets)).ok());
  }

  io::Peer Connect() {
    std::pair<io::Peer, int> pair = io::Peer::Pair();
    EXPECT_TRUE(sockets.loop().Adopt(pair.second, io::Address()).ok());
    return std::move(pair.first);
  }
  void Turn() {
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(sockets.loop().Run(io::Loop::Mode::kNoWait).ok());
    }
  }
  std::string Ask(io::Peer& peer, std::string_view bytes) {
    peer.Send(bytes);
    Turn();
    return peer.Receive();
  }
  static std::string Get(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  // Reads until the connection ends.
  std::string ReadToTheEnd(io::Peer& peer) {
    std::string text;
    while (!peer.AtEnd()) text += Ask(peer, "");
    return text;
  }
  // The paths that were answered, in their order.
  static std::string Answered(std::string_view text) {
    constexpr std::string_view kAsked = "you asked for ";
    std::string paths;
    for (size_t at = 0; (at = text.find(kAsked, at)) != std::string_view::npos;) {
      at += kAsked.size();
      paths.append(text.substr(at, text.find('\n', at) - at));
    }
    return paths;
  }

  FakeClock clock;
  Sockets sockets;
};

TEST_F(WebTest, S31_OneClientSleepsAndTheOthersAreServed) {
  io::Peer slow = Connect();
  io::Peer quick = Connect();
  EXPECT_EQ(Ask(slow, Get("/slow")), "");
  EXPECT_EQ(Answered(Ask(quick, Get("/a"))), "/a");
  io::Peer late = Connect();
  EXPECT_EQ(Answered(Ask(late, Get("/b"))), "/b");
  clock.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Answered(Ask(slow, "")), "/slow");
}

TEST_F(WebTest, S31_WhatIsPipelinedIsFoundWithoutWaiting) {
  io::Peer peer = Connect();
  EXPECT_EQ(Answered(Ask(peer, Get("/1") + Get("/2") + Get("/3") + "GET /4")), "/1/2/3");
  EXPECT_EQ(Answered(Ask(peer, " HTTP/1.1\r\nHost: a\r\n\r\n")), "/4");
  std::string answered;
  for (const char c : Get("/5") + Get("/6")) answered += Answered(Ask(peer, {&c, 1}));
  EXPECT_EQ(answered, "/5/6");
}

// What comes behind a request that sleeps is not lost: it is looked for afterwards.
TEST_F(WebTest, S31_WhatComesMeanwhileIsServedBehindIt) {
  io::Peer peer = Connect();
  EXPECT_EQ(Ask(peer, Get("/slow")), "");
  EXPECT_EQ(Ask(peer, Get("/next")), "");
  clock.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Answered(Ask(peer, "")), "/slow/next");
}

TEST_F(WebTest, S31_ABadRequestGets400AndTheConnectionClosesUndrained) {
  io::Peer peer = Connect();
  const std::string answer = Ask(peer, Get("/fine") + "no request at all\r\n\r\n" + Get("/behind"));
  EXPECT_EQ(Answered(answer), "/fine");
  EXPECT_NE(answer.find("HTTP/1.1 400 "), std::string::npos) << answer;
  EXPECT_EQ(sockets.loop().connection_count(), 0u) << "it does not wait for the client's end";
}

TEST_F(WebTest, S31_WhoReadsSlowlyGetsAllOfItAndIsAheadOfNothing) {
  io::Peer peer = Connect();
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += Get("/x");
  peer.Send(requests + "no request at all\r\n\r\n");
  Turn();
  sockets.loop().ForEachConnection([](io::Connection& connection) {
    EXPECT_GT(connection.queued_output(), 0u);
    EXPECT_LT(connection.queued_output(), 17u * 1024);
  });
  const std::string text = ReadToTheEnd(peer);
  EXPECT_EQ(Answered(text).size(), 1000u);
  EXPECT_NE(text.find("HTTP/1.1 400 "), std::string::npos);
}

TEST_F(WebTest, WhoTakesNothingIsClosed) {
  io::Peer peer = Connect();
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += Get("/x");
  peer.Send(requests);
  Turn();
  clock.Advance(std::chrono::seconds(30));
  Turn();
  EXPECT_EQ(sockets.loop().connection_count(), 0u);
}

TEST_F(WebTest, AnExpectationIsMet) {
  io::Peer peer = Connect();
  const std::string head = "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n";
  EXPECT_EQ(Ask(peer, head + "Expect: 100-continue\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(Answered(Ask(peer, "ab")), "/up");
}

TEST_F(WebTest, TheConnectionClosesWhenItsClientAsks) {
  io::Peer peer = Connect();
  const std::string answer = Ask(peer, "GET /x HTTP/1.0\r\n\r\n");
  EXPECT_EQ(Answered(answer), "/x");
  EXPECT_TRUE(peer.AtEnd());
}

TEST_F(WebTest, WhoSaysNothingIsClosed) {
  io::Peer silent = Connect();
  io::Peer busy = Connect();
  Turn();
  clock.Advance(std::chrono::seconds(20));
  EXPECT_EQ(Answered(Ask(busy, Get("/a"))), "/a");
  clock.Advance(std::chrono::seconds(10));
  Turn();
  EXPECT_TRUE(silent.AtEnd());
  EXPECT_EQ(Answered(Ask(busy, Get("/b"))), "/b");
}

TEST_F(WebTest, WhoIsSlowAboutOneRequestIsClosed) {
  io::Peer peer = Connect();
  for (int i = 0; i < 3; ++i) {
    Ask(peer, "G");
    EXPECT_FALSE(peer.AtEnd());
    clock.Advance(std::chrono::seconds(10));
  }
  Turn();
  EXPECT_TRUE(peer.AtEnd());
}

TEST_F(WebTest, WhoWaitsForUsIsNotClosed) {
  io::Peer peer = Connect();
  std::string answered = Answered(Ask(peer, Get("/slow") + Get("/slow") + Get("/slow")));
  for (int i = 0; i < 40; ++i) {
    peer.Send(Get("/slow"));
    clock.Advance(std::chrono::seconds(1));
    answered += Answered(Ask(peer, ""));
  }
  EXPECT_EQ(answered.size(), 40 * std::string_view("/slow").size());
}

TEST_F(WebTest, WhoLeavesLeavesNothing) {
  {
    io::Peer half = Connect();
    io::Peer asleep = Connect();
    half.Send("GET /");
    asleep.Send(Get("/slow"));
    Turn();
    EXPECT_EQ(sockets.loop().timer_count(), 1u);
  }
  Turn();
  clock.Advance(std::chrono::seconds(1));
  Turn();
  EXPECT_EQ(sockets.loop().connection_count(), 0u);
  EXPECT_EQ(sockets.loop().timer_count(), 0u);
}

}  // namespace
}  // namespace mailroom::ethreads_style
