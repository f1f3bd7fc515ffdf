// SPDX-License-Identifier: Apache-2.0
// Connect's unary compression through a whole server: content-encoding in,
// accept-encoding out.
#include "mailroom/rpc/compression.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "mailroom/tests/integration/sessions_fixture.h"

namespace mailroom::tests {
namespace {

std::string Gzip(std::string_view plain) {
  rpc::Compressor compressor;
  std::string bytes;
  compressor.Compress(Compression::kGzip, plain, &bytes);
  return bytes;
}

std::string Gunzip(std::string_view bytes) {
  rpc::Compressor compressor;
  std::string plain;
  EXPECT_TRUE(compressor.Decompress(Compression::kGzip, bytes, {SIZE_MAX}, &plain).ok());
  return plain;
}

// As the request and as the reply.
std::string Message(size_t size) {
  return "{\"message\":\"" + std::string(size - std::string_view(R"({"message":""})").size(), 'x') +
         "\"}";
}

bool IsCompressed(const HttpReply& reply) {
  return reply.headers.Find("content-encoding") == "gzip";
}

constexpr std::string_view kSendsGzip = "content-encoding: gzip\r\n";
constexpr std::string_view kTakesGzip = "accept-encoding: gzip\r\n";

class CompressionTest : public SessionsFixture {
 protected:
  HttpReply Call(std::string_view body, std::string_view extra, std::string_view type = kJson) {
    return server.Exchange(CallText(kEcho, type, body, extra));
  }
};

TEST_F(CompressionTest, ACompressedRequestIsUnderstoodInBothCodecs) {
  EXPECT_EQ(Call(Gzip("{\"message\":\"a\"}"), kSendsGzip).body, "{\"message\":\"a\"}");
  EXPECT_EQ(Call(Gzip("\x0a\x01z"), kSendsGzip, "application/proto").body, "\x0a\x01z");
  EXPECT_EQ(Call(Gzip("{\"mess") + Gzip("age\":\"a\"}"), kSendsGzip).body, "{\"message\":\"a\"}");
}

TEST_F(CompressionTest, ALargeReplyIsCompressedForWhoeverTakesIt) {
  const HttpReply compressed = Call(Message(1024), kTakesGzip);
  EXPECT_EQ(compressed.status, 200);
  EXPECT_TRUE(IsCompressed(compressed));
  EXPECT_LT(compressed.body.size(), 100u);
  EXPECT_EQ(Gunzip(compressed.body), Message(1024));
  EXPECT_EQ(compressed.headers.Find("content-type"), kJson);
  const HttpReply plain = Call(Message(1024), "");
  EXPECT_FALSE(plain.headers.Find("content-encoding").has_value());
  EXPECT_EQ(plain.body, Message(1024));
}

TEST_F(CompressionTest, ASmallReplyIsNot) {
  EXPECT_EQ(Call(Message(1023), kTakesGzip).body, Message(1023));
  const HttpReply insists = Call(Message(20), "accept-encoding: gzip, identity;q=0\r\n");
  EXPECT_TRUE(IsCompressed(insists)) << "unless identity is refused";
  EXPECT_EQ(Gunzip(insists.body), Message(20));
}

// Connect: who does not say what it takes, takes what it sends.
TEST_F(CompressionTest, WithoutAcceptEncodingTheReplyIsLikeTheRequest) {
  EXPECT_TRUE(IsCompressed(Call(Gzip(Message(2000)), kSendsGzip)));
  const HttpReply plain =
      Call(Gzip(Message(2000)), "content-encoding: gzip\r\naccept-encoding: br\r\n");
  EXPECT_EQ(plain.body, Message(2000));
}

TEST_F(CompressionTest, TheNextCallOnTheConnectionStartsAfresh) {
  io::Peer peer = server.Connect();
  peer.Send(CallText(kEcho, kJson, Gzip(Message(2000)), kSendsGzip) +
            CallText(kEcho, kJson, Message(2000)));
  server.Turn();
  const auto replies = Replies(peer);
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_TRUE(IsCompressed(replies[0]));
  EXPECT_FALSE(IsCompressed(replies[1]));
  EXPECT_EQ(replies[1].body, Message(2000));
}

// Connect: zero bytes are no gzip, and an empty message in binary.
TEST_F(CompressionTest, AnEmptyBodyIsNotDecompressed) {
  const HttpReply empty = Call("", kSendsGzip, "application/proto");
  EXPECT_EQ(empty.status, 200);
  EXPECT_EQ(empty.body, "");
  const HttpReply insists =
      Call("", "accept-encoding: gzip, identity;q=0\r\n", "application/proto");
  EXPECT_FALSE(insists.headers.Find("content-encoding").has_value())
      << "nor does a client decompress an empty answer";
}

TEST_F(CompressionTest, WhatIsNotGzipIsInvalidArgument) {
  for (const std::string& body : {std::string("{\"message\":\"a\"}"),
                                  Gzip(Message(100)).substr(0, 20), Gzip(Message(100)) + "{}"}) {
    const HttpReply reply = Call(body, kSendsGzip);
    EXPECT_EQ(reply.status, 400);
    EXPECT_NE(reply.body.find("\"invalid_argument\""), std::string::npos) << reply.body;
    EXPECT_NE(reply.body.find("content-encoding"), std::string::npos) << reply.body;
  }
}

TEST_F(CompressionTest, AnUnknownEncodingIsUnimplementedWithTheKnown) {
  const HttpReply reply = Call("x", "content-encoding: zstd\r\n");
  EXPECT_EQ(reply.status, 501);
  EXPECT_EQ(reply.headers.Find("accept-encoding"), "gzip");
  EXPECT_NE(reply.body.find("\\\"zstd\\\" is not supported; supported: identity, gzip"),
            std::string::npos)
      << reply.body;
}

TEST_F(CompressionTest, ErrorsAreNeverCompressed) {
  const HttpReply reply = Call("{" + std::string(3000, ' '), "accept-encoding: gzip, *;q=0\r\n");
  EXPECT_EQ(reply.status, 400);
  EXPECT_FALSE(reply.headers.Find("content-encoding").has_value());
  EXPECT_EQ(reply.body.front(), '{');
}

// Frames' headers mean nothing to a unary call: neither is read.
TEST_F(CompressionTest, TheHeadersOfStreamsAreIgnored) {
  const HttpReply reply =
      Call(Message(2000), "connect-accept-encoding: gzip\r\nconnect-content-encoding: gzip\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, Message(2000));
}

// The house rule: the loop carries the bytes, actors open them.
TEST_F(CompressionTest, DecompressingIsTheActorsWork) {
  io::Peer peer = server.Connect();
  server.HoldActors(true);
  peer.Send(CallText(kEcho, kJson, "not gzip", kSendsGzip));
  server.Turn();
  EXPECT_TRUE(peer.Receive().empty()) << "the loop has not looked";
  EXPECT_EQ(server.Metric("mailroom_mailbox_depth{actor=\"mailroom.echo.v1.EchoService\"}"), 1);
  server.HoldActors(false);
  server.Turn();
  const auto replies = Replies(peer);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].status, 400);
}

TEST(CompressionLimitTest, TheMessageLimitIsOfBothSizes) {
  ServerOptions options;
  options.max_message_bytes = 1000;
  InMemoryServer small(options);
  small.Add<services::EchoActor>();
  const auto call = [&small](std::string_view body) {
    return small.Exchange(
        CallText(kEcho, kJson, body, "content-encoding: gzip\r\naccept-encoding: \r\n"));
  };
  EXPECT_EQ(call(Gzip(Message(1000))).body, Message(1000)) << "exactly the limit passes";
  for (const std::string& body : {Gzip(Message(1001)), Gzip(Message(5'000'000))}) {
    const HttpReply over = call(body);
    EXPECT_EQ(over.status, 429);
    EXPECT_NE(over.body.find("\"resource_exhausted\""), std::string::npos) << over.body;
    EXPECT_NE(over.body.find("at most 1000 bytes"), std::string::npos) << over.body;
    EXPECT_NE(over.body.find("--max-message-bytes"), std::string::npos) << over.body;
  }
  std::string wide;  // more bytes on the wire than in the message
  for (int i = 0; i < 100; ++i) wide += Gzip("");
  EXPECT_EQ(call(wide + Gzip(Message(20))).status, 429);
}

TEST(CompressionFlagTest, ZeroCompressesNothing) {
  ServerOptions options;
  options.compress_min_bytes = 0;
  InMemoryServer never(options);
  never.Add<services::EchoActor>();
  for (const std::string_view accept : {"gzip", "gzip, identity;q=0"}) {
    const std::string extra = "accept-encoding: " + std::string(accept) + "\r\n";
    EXPECT_EQ(never.Exchange(CallText(kEcho, kJson, Message(5000), extra)).body, Message(5000));
  }
  EXPECT_EQ(never.Exchange(CallText(kEcho, kJson, Gzip(Message(50)), kSendsGzip)).body, Message(50))
      << "requests may be compressed all the same";
}

TEST(CompressionFlagTest, TheThresholdIsAnOption) {
  ServerOptions options;
  options.compress_min_bytes = 1;
  InMemoryServer always(options);
  always.Add<services::EchoActor>();
  EXPECT_TRUE(IsCompressed(always.Exchange(CallText(kEcho, kJson, "{}", kTakesGzip))));
}

}  // namespace
}  // namespace mailroom::tests
