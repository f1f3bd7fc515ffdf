// SPDX-License-Identifier: Apache-2.0
// Replies that are too large, and large ones that wait for whoever reads slowly.
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/tests/integration/live_server.h"
#include "mailroom/tests/integration/sessions_fixture.h"

namespace mailroom::tests {
namespace {

constexpr size_t kLimit = 1024 * 1024;

// As many bytes as `delayMs` says, or an error of that many.
class BulkyActor final : public echo::v1::EchoServiceActor<BulkyActor> {
 public:
  Result<echo::v1::EchoResponse> Echo(const echo::v1::EchoRequest& request, Call&) {
    const std::string bulk(request.delay_ms(), 'x');
    if (request.message() == "fail") return Status(Code::kAborted, bulk);
    echo::v1::EchoResponse response;
    response.set_message(bulk);
    return response;
  }
};

class ReplyLimitsTest : public ::testing::Test {
 protected:
  ReplyLimitsTest() : server(Options()) { server.Add<BulkyActor>(); }

  static ServerOptions Options() {
    ServerOptions options;
    options.max_reply_bytes = kLimit;
    return options;
  }
  static std::string Bulk(size_t size, std::string_view message = "") {
    return CallText(
        kEcho, kJson,
        "{\"message\":\"" + std::string(message) + "\",\"delayMs\":" + std::to_string(size) + "}");
  }
  static std::string EightOfHalf() {
    std::string calls;
    for (int i = 0; i < 8; ++i) calls += Bulk(kLimit / 2);
    return calls;
  }
  std::vector<HttpReply> Replies() {
    server.Turn();
    received += peer.Receive();
    std::vector<HttpReply> replies;
    while (auto reply = TakeReply(&received)) replies.push_back(std::move(*reply));
    return replies;
  }
  // Reads until `count` have come, or the connection's end.
  std::vector<HttpReply> AwaitReplies(size_t count) {
    std::vector<HttpReply> all;
    while (all.size() < count && !peer.AtEnd()) {
      for (HttpReply& reply : Replies()) all.push_back(std::move(reply));
    }
    return all;
  }
  double Handled(const std::string& code) {
    return server.Metric(
        "grpc_server_handled_total{grpc_type=\"unary\",grpc_service=\"mailroom.echo.v1."
        "EchoService\","
        "grpc_method=\"Echo\",protocol=\"connect\",grpc_code=\"" +
        code + "\"}");
  }

  InMemoryServer server;
  io::Peer peer = server.Connect();
  std::string received;
};

constexpr size_t kFrame = std::string_view("{\"message\":\"\"}").size();

TEST_F(ReplyLimitsTest, AReplyOverTheLimitIsRefusedByName) {
  peer.Send(Bulk(kLimit - kFrame) + Bulk(kLimit - kFrame + 1) + Bulk(1));
  const std::vector<HttpReply> replies = AwaitReplies(3);
  ASSERT_EQ(replies.size(), 3u);
  EXPECT_EQ(replies[0].status, 200);
  EXPECT_EQ(replies[0].body.size(), kLimit);
  EXPECT_EQ(replies[1].status, 429);
  EXPECT_EQ(replies[1].body,
            "{\"code\":\"resource_exhausted\",\"message\":\"the reply is too large: it has 1048577 "
            "bytes, and at most 1048576 are sent; start the server with a higher "
            "--max-reply-bytes to raise the limit\"}");
  EXPECT_EQ(replies[2].body, "{\"message\":\"x\"}") << "the connection goes on";
  EXPECT_EQ(Handled("OK"), 2);
  EXPECT_EQ(Handled("ResourceExhausted"), 1);
}

// Its text left as it was, up to --max-reply-bytes; over that its code was lost, too.
TEST_F(ReplyLimitsTest, AnErrorIsToldWithAsMuchTextAsIsSent) {
  peer.Send(Bulk(4096, "fail") + Bulk(4097, "fail") + Bulk(2 * kLimit, "fail"));
  const std::vector<HttpReply> replies = AwaitReplies(3);
  ASSERT_EQ(replies.size(), 3u);
  const std::string frame = R"({"code":"aborted","message":""})";
  for (const HttpReply& reply : replies) {
    EXPECT_EQ(reply.status, 409);
    EXPECT_LE(reply.body.size(), frame.size() + 4096);
    EXPECT_GT(reply.body.size(), frame.size() + 4090);
  }
  EXPECT_TRUE(replies[0].body.ends_with("xxx\"}"));
  EXPECT_TRUE(replies[1].body.ends_with("x... (22 more bytes)\"}"));
  EXPECT_TRUE(replies[2].body.ends_with("x... (2093080 more bytes)\"}"));
  EXPECT_EQ(Handled("Aborted"), 3);
}

// HTTP's own errors, and the hall's, repeat what was sent: their texts are short.
TEST_F(ReplyLimitsTest, NoErrorOfTheServersOwnIsLonger) {
  const std::string endless(7000, 'x');
  for (const std::string& request :
       {"GET /" + endless + " HTTP/1.1\r\nhost: a\r\n\r\n", CallText(kEcho, "text/" + endless, ""),
        CallText(kEcho, kJson, "{\"" + endless + "\":"),
        CallText(kEcho, kJson, "{}", "content-encoding: " + endless + "\r\n"),
        CallText(kEcho, kJson, "{}", endless + "-bin: *\r\n")}) {
    const HttpReply reply = server.Exchange(request);
    EXPECT_GE(reply.status, 400);
    EXPECT_LE(reply.body.size(), 4096u + 100) << request.substr(0, 20);
  }
}

TEST_F(ReplyLimitsTest, SmallErrorsAreToldWhateverTheLimit) {
  ServerOptions options;
  options.max_reply_bytes = 10;
  InMemoryServer small(options);
  small.Add<BulkyActor>();
  EXPECT_EQ(small.Post("/mailroom.echo.v1.EchoService/Ecco", kJson, "{}").status, 404);
  EXPECT_EQ(small.Post(kEcho, kJson, "{").status, 400);
  EXPECT_EQ(small.Post(kEcho, kJson, R"({"delayMs":20})").status, 429);
}

// 32 of them are eight times what may be queued: they wait where they are.
TEST_F(ReplyLimitsTest, S24_LargeAnswersWaitForASlowReader) {
  std::string calls;
  for (size_t i = 0; i < 32; ++i) calls += Bulk(kLimit / 2 + i);
  peer.Send(calls);
  for (int i = 0; i < 10; ++i) server.Turn();
  EXPECT_LE(Handled("OK"), 4) << "answered ahead of the reader";
  const std::vector<HttpReply> replies = AwaitReplies(32);
  ASSERT_EQ(replies.size(), 32u);
  for (size_t i = 0; i < 32; ++i) EXPECT_EQ(replies[i].body.size(), kLimit / 2 + i + kFrame);
  EXPECT_EQ(Handled("OK"), 32);
  peer.Send(Bulk(1));
  EXPECT_EQ(AwaitReplies(1).size(), 1u);
}

TEST_F(ReplyLimitsTest, AClientThatSendsNoMoreGetsThoseThatWait) {
  peer.Send(EightOfHalf() + Bulk(kLimit / 2).substr(0, 60));
  peer.ShutdownWrite();
  for (int i = 0; i < 10; ++i) server.Turn();
  EXPECT_EQ(AwaitReplies(8).size(), 8u);
  server.Turn();
  EXPECT_TRUE(peer.AtEnd());
}

constexpr std::string_view kIndex = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// More than are read ahead stand behind one that waits.
TEST_F(ReplyLimitsTest, WhatIsWholeBehindThemIsAnsweredToo) {
  std::string requests = Bulk(kLimit - kFrame) + Bulk(kLimit - kFrame);
  for (int i = 0; i < 100; ++i) requests += kIndex;
  peer.Send(requests);
  peer.ShutdownWrite();
  for (int i = 0; i < 10; ++i) server.Turn();
  EXPECT_EQ(AwaitReplies(102).size(), 102u);
  server.Turn();
  EXPECT_TRUE(peer.AtEnd());
}

TEST_F(ReplyLimitsTest, ThoseThatAreTooLargeDoNotWait) {
  peer.Send(Bulk(kLimit - kFrame) + Bulk(kLimit) + Bulk(2 * kLimit, "fail"));
  server.Turn();
  EXPECT_EQ(server.Metric("mailroom_calls"), 0);
  const std::vector<HttpReply> replies = AwaitReplies(3);
  ASSERT_EQ(replies.size(), 3u);
  EXPECT_EQ(replies[1].status, 429);
  EXPECT_EQ(replies[2].status, 409);
}

TEST_F(ReplyLimitsTest, WhileTheyWaitOnlyTheyAreHeld) {
  peer.Send(EightOfHalf());
  server.Turn();
  EXPECT_LT(Handled("OK"), 8);
  EXPECT_EQ(server.Metric("mailroom_calls"), 0);
  EXPECT_EQ(server.Metric("mailroom_request_body_bytes"), 0) << "the handlers have done with them";
}

TEST_F(ReplyLimitsTest, DrainingWaitsForThem) {
  peer.Send(EightOfHalf());
  server.Turn();
  server.Drain();
  server.Turn();
  EXPECT_FALSE(server.drained());
  const std::vector<HttpReply> replies = AwaitReplies(8);
  ASSERT_EQ(replies.size(), 8u);
  EXPECT_EQ(replies[7].headers.Find("connection"), "close");
  EXPECT_TRUE(peer.AtEnd());
  peer.Close();
  server.Turn();
  EXPECT_TRUE(server.drained());
}

// It blamed the client for a body that we had not read.
TEST_F(ReplyLimitsTest, TheDeadlineOfOneThatIsHalfReadBehindThemSaysSo) {
  const std::string last = CallText(kEcho, kJson, "{}", "connect-timeout-ms: 1000\r\n");
  peer.Send(EightOfHalf() + last.substr(0, last.size() - 1));
  for (int i = 0; i < 10; ++i) server.Turn();
  EXPECT_EQ(server.Metric("mailroom_calls"), 0);
  peer.Send(last.substr(last.size() - 1));
  server.Advance(std::chrono::seconds(1));
  const std::vector<HttpReply> replies = AwaitReplies(9);
  ASSERT_EQ(replies.size(), 9u);
  EXPECT_EQ(replies[8].status, 504);
  EXPECT_NE(replies[8].body.find("before the whole request was read"), std::string::npos)
      << replies[8].body;
}

// No deadline of a half-sent request is theirs.
TEST_F(ReplyLimitsTest, OneWhoTakesNothingIsClosedByTheWriteDeadline) {
  peer.Send(EightOfHalf());
  server.Turn();
  server.Advance(std::chrono::seconds(29));
  EXPECT_EQ(server.Metric("mailroom_connections{state=\"frozen\"}"), 1);
  server.Advance(std::chrono::seconds(1));  // the kernel's buffers took some meanwhile
  server.Advance(std::chrono::seconds(30));
  EXPECT_EQ(server.Metric("mailroom_connections{state=\"frozen\"}"), 0);
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"write\"}"), 1);
  EXPECT_EQ(server.Metric("mailroom_calls"), 0);
  peer.Receive();
  EXPECT_TRUE(peer.AtEnd());
}

// A kernel that takes a large answer in one piece lets the next one go in the middle of
// what its arrival began. The calls have side effects at different actors: each is
// dispatched when the one before is home.
TEST(LiveReplyLimitsTest, WhoEndsBeforeItReadsGetsAllItAskedFor) {
  LiveServer server(Threads{1, 0}, ServerOptions(), [](Server& services) {
    services.Add<BulkyActor>();
    services.Add<services::BankActor>();
  });
  io::Peer peer = io::Peer::Connect(*io::Address::Parse(server.address()));
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += CallText(kEcho, kJson, R"({"delayMs":1100000})");
    requests += CallText(kDeposit, kJson, R"({"accountId":"nobody","amount":"1"})");
  }
  peer.Send(requests);
  peer.ShutdownWrite();
  std::string received;
  size_t replies = 0;
  while (!peer.AtEnd()) {
    peer.AwaitReadable();
    received += peer.Receive();
    while (TakeReply(&received)) ++replies;
  }
  EXPECT_EQ(replies, 40u);
}

}  // namespace
}  // namespace mailroom::tests
