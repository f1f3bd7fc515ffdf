// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/intake.h"

#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "mailroom/server/hall/exchange_queue.h"
#include "mailroom/server/hall/testing/probed_loop.h"

namespace mailroom::server {
namespace {

constexpr const char* kDo = "/probe.v1.Probe/Do";
constexpr const char* kProto = "application/proto";

class IntakeTest : public ::testing::Test {
 protected:
  // What becomes of such a head; `fields` go in as they are.
  Exchange& Read(std::string_view method, std::string_view path, std::string_view type = "") {
    http::Head head;
    head.stream = http::StreamId{++streams};
    head.method = method;
    head.path = path;
    head.content_type = type;
    head.headers = &fields;
    Exchange& exchange = queue.Append(head.stream);
    ReadHead(loop.hall(), head, &exchange);
    return exchange;
  }
  void ExpectHttpError(const Exchange& exchange, int status) {
    EXPECT_EQ(exchange.kind, Exchange::Kind::kHttpError);
    EXPECT_TRUE(exchange.refused);
    EXPECT_EQ(exchange.http_status, status);
    EXPECT_EQ(loop.hall().counters.refused_http.get(), ++refusals);
    EXPECT_EQ(loop.started(), 0u) << "no call began";
  }

  ProbedLoop loop;
  ExchangeQueue queue{loop.hall()};
  http::Headers fields;
  uint32_t streams = 0;
  uint64_t refusals = 0;
};

TEST_F(IntakeTest, ACallHasItsRouteProtocolFormatAndEnvelope) {
  fields.Add("x-word", "yes");
  fields.Add("connect-timeout-ms", "250");
  const Exchange& exchange = Read("POST", kDo, "application/json");
  EXPECT_EQ(exchange.kind, Exchange::Kind::kCall);
  EXPECT_FALSE(exchange.refused);
  ASSERT_NE(exchange.route, nullptr);
  EXPECT_EQ(exchange.route->method->name, "Do");
  ASSERT_NE(exchange.protocol, nullptr);
  EXPECT_EQ(exchange.head.format, WireFormat::kJson);
  EXPECT_EQ(exchange.deadline, loop.loop().now() + std::chrono::milliseconds(250));
  ASSERT_NE(exchange.envelope, nullptr);
  EXPECT_EQ(exchange.envelope->metadata.Find("x-word"), "yes");
  EXPECT_EQ(loop.started(), 1u);
}

TEST_F(IntakeTest, WithoutATimeoutThereIsNoDeadline) {
  EXPECT_EQ(Read("POST", kDo, kProto).deadline, kForever);
}

TEST_F(IntakeTest, WhatTheProtocolRefusesIsACallThatBegan) {
  fields.Add("connect-timeout-ms", "soon");
  const Exchange& exchange = Read("POST", kDo, kProto);
  EXPECT_EQ(exchange.kind, Exchange::Kind::kCall);
  EXPECT_TRUE(exchange.refused);
  EXPECT_FALSE(exchange.shed);
  EXPECT_EQ(exchange.status.code(), Code::kInvalidArgument);
  EXPECT_EQ(loop.started(), 1u);
}

TEST_F(IntakeTest, WhileDrainingACallIsShedAndCounted) {
  loop.hall().draining = true;
  const Exchange& exchange = Read("POST", kDo, kProto);
  EXPECT_TRUE(exchange.refused);
  EXPECT_TRUE(exchange.shed);
  EXPECT_EQ(exchange.status.code(), Code::kUnavailable);
  EXPECT_EQ(loop.hall().counters.shed[static_cast<size_t>(Shed::kDraining)].get(), 1u);
  EXPECT_EQ(loop.started(), 1u);
}

TEST_F(IntakeTest, ADeadlineRunsFromTheMomentItsHeadIsRead) {
  fields.Add("connect-timeout-ms", "250");
  Read("POST", kDo, kProto);
  loop.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Read("POST", kDo, kProto).deadline, loop.loop().now() + std::chrono::milliseconds(250));
}

TEST_F(IntakeTest, ACallIsShedWhileDraining) {
  loop.hall().draining = true;
  EXPECT_TRUE(Read("POST", kDo, kProto).shed);
}

// What HTTP itself answers.

TEST_F(IntakeTest, TheIndexIsReadAndNotCalled) {
  EXPECT_EQ(Read("GET", "/").kind, Exchange::Kind::kIndex);
  EXPECT_EQ(Read("HEAD", "/").kind, Exchange::Kind::kIndex);
  const Exchange& post = Read("POST", "/", kProto);
  ExpectHttpError(post, 405);
  EXPECT_EQ(post.allow, "GET, HEAD, OPTIONS");
}

TEST_F(IntakeTest, OptionsTellsWhatATargetSupports) {
  const Exchange& method = Read("OPTIONS", kDo);
  EXPECT_EQ(method.kind, Exchange::Kind::kOptions);
  EXPECT_EQ(method.allow, "OPTIONS, POST");
  EXPECT_TRUE(method.accept_post);
  const Exchange& index = Read("OPTIONS", "/");
  EXPECT_EQ(index.allow, "GET, HEAD, OPTIONS");
  EXPECT_FALSE(index.accept_post);
  EXPECT_EQ(Read("OPTIONS", "*").allow, "GET, HEAD, OPTIONS, POST");
  EXPECT_EQ(loop.started(), 0u);
}

TEST_F(IntakeTest, AMethodIsCalledWithPost) {
  const Exchange& got = Read("GET", kDo);
  ExpectHttpError(got, 405);
  EXPECT_EQ(got.allow, "OPTIONS, POST");
  EXPECT_NE(got.status.message().find("POST, not GET"), std::string_view::npos);
}

TEST_F(IntakeTest, AContentTypeThatNobodySpeaksIsToldWhichAre) {
  const Exchange& exchange = Read("POST", kDo, "image/" + std::string(1000, 'x'));
  ExpectHttpError(exchange, 415);
  EXPECT_TRUE(exchange.accept_post);
  EXPECT_NE(exchange.status.message().find("application/json"), std::string_view::npos);
  EXPECT_NE(exchange.status.message().find("\"image/" + std::string(194, 'x') + "...\""),
            std::string_view::npos)
      << "what the caller sent is cut";
}

TEST_F(IntakeTest, NothingIsThereOrTheHttpMethodIsUnknown) {
  const Exchange& missing = Read("POST", "/probe.v1.Probe/Dox", kProto);
  ExpectHttpError(missing, 404);
  EXPECT_EQ(missing.status.code(), Code::kUnimplemented);
  EXPECT_NE(missing.status.message().find("did you mean /probe.v1.Probe/Do?"),
            std::string_view::npos)
      << missing.status.message();
  ExpectHttpError(Read("BREW", kDo, kProto), 501);
}

}  // namespace
}  // namespace mailroom::server
