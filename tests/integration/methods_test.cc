// SPDX-License-Identifier: Apache-2.0
// HTTP's own methods and expectations, beside the calls.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/tests/integration/sessions_fixture.h"

namespace mailroom::tests {
namespace {

using MethodsTest = SessionsFixture;

std::string Line(const std::string& method, const std::string& target) {
  return method + " " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

TEST_F(MethodsTest, OptionsSaysWhatATargetSupports) {
  const HttpReply call = server.Exchange(Line("OPTIONS", kEcho));
  EXPECT_EQ(call.status, 204);
  EXPECT_EQ(call.headers.Find("allow"), "OPTIONS, POST");
  EXPECT_TRUE(call.headers.Find("accept-post").has_value());
  EXPECT_FALSE(call.headers.Find("content-length").has_value()) << "RFC 9110 s8.6";
  const HttpReply all = server.Exchange(Line("OPTIONS", "*"));
  EXPECT_EQ(all.status, 204);
  EXPECT_EQ(all.headers.Find("allow"), "GET, HEAD, OPTIONS, POST");
  EXPECT_EQ(server.Exchange(Line("OPTIONS", "/nobody.Here/Lives")).status, 404);
}

TEST_F(MethodsTest, HeadIsAnsweredAsGetWouldBeButForTheBody) {
  for (const std::string target : {"/", "/nobody.Here/Lives"}) {
    io::Peer peer = server.Connect();
    peer.Send(Line("GET", target));
    server.Turn();
    const std::string get = peer.Receive();
    peer.Send(Line("HEAD", target));
    server.Turn();
    const std::string head = peer.Receive();
    EXPECT_EQ(head.size(), head.find("\r\n\r\n") + 4) << "no body";
    const std::string length = head.substr(head.find("content-length: "));
    EXPECT_NE(get.find(length), std::string::npos) << "the length GET has: " << length;
    EXPECT_EQ(head.substr(0, 12), get.substr(0, 12));
  }
}

TEST_F(MethodsTest, AMethodThatNobodyKnowsIsNotImplemented) {
  EXPECT_EQ(server.Exchange(Line("BREW", "/pot")).status, 501);
  EXPECT_EQ(server.Exchange(Line("post", kEcho)).status, 501) << "names have their case";
  const HttpReply known = server.Exchange(Line("DELETE", "/"));
  EXPECT_EQ(known.status, 405);
  EXPECT_EQ(known.headers.Find("allow"), "GET, HEAD, OPTIONS");
}

// A Connect client that is told 405 without a body takes it for unknown, and so does the
// conformance suite (its case unexpected-verb).
TEST_F(MethodsTest, ACallByAnotherMethodHasTheCodeOfItsStatus) {
  const HttpReply reply = server.Exchange(Line("DELETE", kEcho));
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.body, R"({"code":"unknown","message":"call this method with POST, not DELETE"})");
}

// RFC 9110 s10.1.1: the final status instead of 100, and no more of the body is read.
TEST_F(MethodsTest, WhoeverAwaitsContinueInVainIsToldAtOnce) {
  io::Peer peer = server.Connect();
  peer.Send(
      "POST /nobody.Here/Lives HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Content-Length: 1000000\r\nExpect: 100-continue\r\n\r\n");
  server.Turn();
  const std::vector<HttpReply> replies = Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].status, 404);
  EXPECT_EQ(replies[0].headers.Find("connection"), "close");
  EXPECT_TRUE(peer.AtEnd());
}

}  // namespace
}  // namespace mailroom::tests
