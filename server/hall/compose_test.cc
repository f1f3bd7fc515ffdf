// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/compose.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/server/hall/testing/probed_loop.h"

namespace mailroom::server {
namespace {

using testing::HttpReply;

class ComposeTest : public ::testing::Test {
 protected:
  // The answer to one request without a body.
  HttpReply Ask(std::string_view line, std::string_view fields = "") {
    std::string text(line);
    text.append(" HTTP/1.1\r\nhost: a\r\n").append(fields).append("\r\n");
    return Exchange(text);
  }
  HttpReply Exchange(std::string_view text) {
    io::Peer peer = loop.Connect();
    peer.Send(text);
    loop.Turn();
    const std::vector<HttpReply> replies = ProbedLoop::Replies(peer);
    EXPECT_EQ(replies.size(), 1u);
    return replies.empty() ? HttpReply() : replies[0];
  }
  static std::string Field(const HttpReply& reply, std::string_view name) {
    return std::string(reply.headers.Find(name).value_or("none"));
  }

  ProbedLoop loop;
};

TEST_F(ComposeTest, NotAllowedTellsWhatIs) {
  const HttpReply reply = Ask("GET /probe.v1.Probe/Do");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(Field(reply, "allow"), "OPTIONS, POST");
  EXPECT_EQ(Field(reply, "accept-post"), "none");
}

TEST_F(ComposeTest, AnUnspokenContentTypeTellsWhichAreSpoken) {
  const HttpReply reply = Ask("POST /probe.v1.Probe/Do", "content-type: image/png\r\n");
  EXPECT_EQ(reply.status, 415);
  EXPECT_EQ(Field(reply, "accept-post"), "application/json, application/proto");
  EXPECT_EQ(Field(reply, "allow"), "none");
}

TEST_F(ComposeTest, OptionsAreTold) {
  const HttpReply reply = Ask("OPTIONS /probe.v1.Probe/Do");
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(Field(reply, "allow"), "OPTIONS, POST");
  EXPECT_EQ(Field(reply, "accept-post"), "application/json, application/proto");
}

TEST_F(ComposeTest, TheIndexPageIsPlainText) {
  loop.hall().index_page = "methods\n";
  const HttpReply reply = Ask("GET /");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(Field(reply, "content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(reply.body, "methods\n");
}

TEST_F(ComposeTest, AReplyCarriesItsMetadata) {
  loop.actor->on_mail = [](actors::EnvelopePtr mail) {
    mail->headers.Add("leading", "1");
    mail->trailers.Add("trailing", "2");
    mail->reply = "bytes";
    actors::Answer(std::move(mail));
  };
  const HttpReply reply = Exchange(ProbedLoop::CallText("Do"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(Field(reply, "leading"), "1");
  EXPECT_EQ(Field(reply, "trailer-trailing"), "2");
  EXPECT_EQ(Field(reply, "retry-after"), "none");
  EXPECT_EQ(reply.body, "bytes");
}

TEST_F(ComposeTest, WhatIsShedMayBeTriedAgain) {
  loop.hall().draining = true;
  const HttpReply reply = Exchange(ProbedLoop::CallText("Do"));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(Field(reply, "retry-after"), "1");
}

TEST(ComposeLimitTest, AReplyOverItsLimitIsToldAsSuch) {
  ServerOptions options;
  options.max_reply_bytes = 1000;
  ProbedLoop loop(options);
  size_t size = 1000;
  loop.actor->on_mail = [&size](actors::EnvelopePtr mail) {
    mail->reply = std::string(size, 'x');
    actors::Answer(std::move(mail));
  };
  for (const int status : {200, 429}) {
    io::Peer peer = loop.Connect();
    peer.Send(ProbedLoop::CallText("Do"));
    loop.Turn();
    const std::vector<HttpReply> replies = ProbedLoop::Replies(peer);
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_EQ(replies[0].status, status) << size;
    ++size;
  }
  EXPECT_EQ(loop.handled(Code::kResourceExhausted), 1u) << "what the caller was told";
}

}  // namespace
}  // namespace mailroom::server
