// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/http1_engine.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

#include "mailroom/http/testing/http1_engine_stage.h"

namespace mailroom::http {
namespace {

using testing::Contains;
using testing::kDate;
using testing::kGet;
using testing::kNow;
using testing::kPost;
using Http1EngineTest = testing::Http1EngineStage;

constexpr BytesView kOldGet = "GET /a HTTP/1.0\r\n\r\n";
constexpr BytesView kOldKeptGet = "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";

TEST_F(Http1EngineTest, AWholeRequestIsThreeEventsWithoutACopy) {
  Receive(kPost);
  const Event head = Next();
  ASSERT_TRUE(std::holds_alternative<Head>(head));
  EXPECT_EQ(std::get<Head>(head).method.data(), input_.data());
  EXPECT_TRUE(std::get<Head>(head).has_body);
  const Event body = Next();
  ASSERT_TRUE(std::holds_alternative<Body>(body));
  EXPECT_EQ(std::get<Body>(body).bytes, "hello");
  EXPECT_EQ(std::get<Body>(body).bytes.data(), input_.data());
  EXPECT_TRUE(std::holds_alternative<End>(Next()));
  EXPECT_TRUE(NeedsMore());
  EXPECT_TRUE(input_.empty());
}

TEST_F(Http1EngineTest, HeadShowsWhatWasAsked) {
  Receive("GET /a/b?c=d HTTP/1.1\r\nHost: h:1\r\nX-One: 1\r\nx-one: 2\r\n\r\n");
  const Event event = Next();
  const Head& head = std::get<Head>(event);
  EXPECT_EQ(head.stream, StreamId{1});
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.target, "/a/b?c=d");
  EXPECT_EQ(head.path, "/a/b");
  EXPECT_EQ(head.query, "c=d");
  EXPECT_EQ(head.authority, "h:1");
  EXPECT_FALSE(head.has_body);
  ASSERT_EQ(head.headers->size(), 3u);
  EXPECT_EQ(head.headers->Find("X-ONE")->value, "1");
  EXPECT_EQ(head.headers->Find("x-two"), nullptr);
}

TEST_F(Http1EngineTest, AnAbsoluteTargetReplacesHost) {
  Receive("GET http://other:2/x HTTP/1.1\r\nHost: h:1\r\n\r\n");
  const Event event = Next();
  EXPECT_EQ(std::get<Head>(event).authority, "other:2");
  EXPECT_EQ(std::get<Head>(event).target, "http://other:2/x");
}

TEST_F(Http1EngineTest, BodyBytesAreGivenAsTheyCome) {
  Receive(kPost.substr(0, kPost.size() - 4));
  ASSERT_TRUE(std::holds_alternative<Head>(Next()));
  EXPECT_EQ(std::get<Body>(Next()).bytes, "h");
  EXPECT_TRUE(NeedsMore());
  Receive("ello");
  EXPECT_EQ(std::get<Body>(Next()).bytes, "ello");
  EXPECT_TRUE(std::holds_alternative<End>(Next()));
}

TEST_F(Http1EngineTest, StreamsAreCounted) {
  for (uint32_t i = 1; i <= 100; ++i) {
    Receive(kGet);
    EXPECT_EQ(TakeRequest(), StreamId{i});
    Answer(StreamId{i});
  }
}

TEST_F(Http1EngineTest, RequestsMayBePulledAheadOfTheirAnswers) {
  for (size_t i = 0; i < kMaxUnanswered + 1; ++i) Receive(kGet);
  for (size_t i = 0; i < kMaxUnanswered; ++i) TakeRequest();
  EXPECT_TRUE(NeedsMore());
  EXPECT_TRUE(engine_->state().at_rest);
  EXPECT_EQ(input_.size(), kGet.size());
  Answer(StreamId{1});
  EXPECT_EQ(TakeRequest(), StreamId{kMaxUnanswered + 1});
}

TEST_F(Http1EngineTest, AtRestOnlyBetweenRequests) {
  EXPECT_TRUE(engine_->state().at_rest);
  bool seen_busy = true;
  for (const char& ch : kPost) {
    Receive(BytesView(&ch, 1));
    while (!NeedsMore()) {
    }
    if (&ch != &kPost.back()) seen_busy = seen_busy && !engine_->state().at_rest;
  }
  EXPECT_TRUE(seen_busy);
  EXPECT_TRUE(engine_->state().at_rest);
}

TEST_F(Http1EngineTest, BorrowsNothingAtRestOrWhileAHeadComes) {
  Receive("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n");
  EXPECT_TRUE(NeedsMore());
  EXPECT_EQ(pool_.lent(), 0u);
  Receive("\r\n1\r\na");
  ASSERT_TRUE(std::holds_alternative<Head>(Next()));
  EXPECT_EQ(pool_.lent(), 2u);
  ASSERT_TRUE(std::holds_alternative<Body>(Next()));
  EXPECT_EQ(pool_.lent(), 1u);
  Receive("\r\n0\r\n\r\n");
  EXPECT_TRUE(std::holds_alternative<End>(Next()));
  EXPECT_EQ(pool_.lent(), 0u);
}

TEST_F(Http1EngineTest, GivesBackWhatItBorrowedWhenDestroyed) {
  Receive("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_TRUE(std::holds_alternative<Head>(Next()));
  EXPECT_EQ(pool_.lent(), 2u);
  engine_.reset();
  EXPECT_EQ(pool_.lent(), 0u);
}

TEST_F(Http1EngineTest, GivesBackWhatItBorrowedWhenTheBodyIsRefused) {
  Receive("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx");
  ASSERT_TRUE(std::holds_alternative<Head>(Next()));
  ASSERT_TRUE(std::holds_alternative<Bad>(Next()));
  EXPECT_EQ(pool_.lent(), 0u);
}

TEST_F(Http1EngineTest, BadStaysBadAndCloses) {
  Receive(kGet);
  Receive("BAD\r\n\r\n");
  Receive(kGet);
  TakeRequest();
  EXPECT_FALSE(engine_->state().must_close);
  for (int i = 0; i < 3; ++i) {
    const Event event = Next();
    ASSERT_TRUE(std::holds_alternative<Bad>(event));
    EXPECT_EQ(std::get<Bad>(event).stream, StreamId{2});
    EXPECT_EQ(std::get<Bad>(event).status, 400);
    EXPECT_EQ(consumed_, 0u);
  }
  EXPECT_TRUE(engine_->state().must_close);
  EXPECT_FALSE(Contains(Answer(StreamId{1}), "connection"));
  EXPECT_TRUE(Contains(Answer(StreamId{2}), "connection: close\r\n"));
}

// The flaw of ethreads: an HTTP/1.0 error without Connection: close.
TEST_F(Http1EngineTest, F9_ARefused10RequestIsToldThatTheConnectionCloses) {
  Receive("GET nowhere HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_TRUE(std::holds_alternative<Bad>(Next()));
  EXPECT_TRUE(Contains(Answer(StreamId{1}), "connection: close\r\n"));
}

TEST_F(Http1EngineTest, ARefusedHeadGetsNoBody) {
  Receive("HEAD / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(std::holds_alternative<Bad>(Next()));
  const std::string answer = Answer(StreamId{1});
  EXPECT_TRUE(Contains(answer, "content-length: 2\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(Http1EngineTest, AnswerHasLengthDateAndTypeAndSaysNothingAboutTheConnection) {
  Receive(kGet);
  ResponseHead head = TwoBytes();
  head.content_type = "text/plain";
  EXPECT_EQ(Answer(TakeRequest(), head), "HTTP/1.1 200 OK\r\n" + std::string(kDate) +
                                             "content-length: 2\r\n"
                                             "content-type: text/plain\r\n\r\nhi");
}

TEST_F(Http1EngineTest, WithoutALengthTheAnswerIsChunked) {
  Receive(kGet);
  const StreamId stream = TakeRequest();
  Headers trailers;
  trailers.Add("grpc-status", "0");
  engine_->SendHead(stream, ResponseHead(), kNow, out_);
  Send(stream, "hello, hello, hello", false);
  Send(stream, "", false);
  engine_->SendTrailers(stream, trailers, out_);
  EXPECT_EQ(out_.Take(), "HTTP/1.1 200 OK\r\n" + std::string(kDate) +
                             "transfer-encoding: chunked\r\n\r\n"
                             "13\r\nhello, hello, hello\r\n0\r\ngrpc-status: 0\r\n\r\n");
}

TEST_F(Http1EngineTest, WithoutALengthA10AnswerEndsWithTheConnection) {
  Receive(kOldKeptGet);
  const StreamId stream = TakeRequest();
  EXPECT_FALSE(engine_->state().must_close);
  EXPECT_EQ(Answer(stream, ResponseHead()),
            "HTTP/1.1 200 OK\r\n" + std::string(kDate) + "connection: close\r\n\r\nhi");
  EXPECT_TRUE(engine_->state().must_close);
}

TEST_F(Http1EngineTest, NothingIsWrittenBehindAnAnswerThatEndsWithTheConnection) {
  Receive(kOldKeptGet);
  Receive(kOldKeptGet);
  const StreamId first = TakeRequest();
  const StreamId second = TakeRequest();
  EXPECT_TRUE(Contains(Answer(first, ResponseHead()), "connection: close\r\n"));
  EXPECT_EQ(Answer(second), "");
}

TEST_F(Http1EngineTest, KeptAlive10IsTold) {
  Receive(kOldKeptGet);
  EXPECT_TRUE(Contains(Answer(TakeRequest()), "connection: keep-alive\r\n"));
  Receive(kOldGet);
  EXPECT_TRUE(Contains(Answer(TakeRequest()), "connection: close\r\n"));
  EXPECT_TRUE(engine_->state().must_close);
}

TEST_F(Http1EngineTest, OnlyTheLastAnswerSaysClose) {
  Receive(kGet);
  Receive("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  Receive(kGet);
  const StreamId first = TakeRequest();
  const StreamId second = TakeRequest();
  EXPECT_TRUE(engine_->state().must_close);
  EXPECT_TRUE(NeedsMore());
  EXPECT_EQ(input_, kGet);
  EXPECT_FALSE(Contains(Answer(first), "connection"));
  EXPECT_TRUE(Contains(Answer(second), "connection: close\r\n"));
  EXPECT_TRUE(NeedsMore());
}

TEST_F(Http1EngineTest, AHeadAnswerHasTheLengthAndNoBody) {
  Receive("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(Answer(TakeRequest()),
            "HTTP/1.1 200 OK\r\n" + std::string(kDate) + "content-length: 2\r\n\r\n");
  Receive("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(Answer(TakeRequest(), ResponseHead()),
            "HTTP/1.1 200 OK\r\n" + std::string(kDate) + "\r\n");
}

TEST_F(Http1EngineTest, NoContentHasNeitherLengthNorBody) {
  for (const int status : {204, 304}) {
    Receive(kGet);
    ResponseHead head = TwoBytes();
    head.status = status;
    const std::string answer = Answer(TakeRequest(), head);
    EXPECT_FALSE(Contains(answer, "content-length")) << status;
    EXPECT_FALSE(Contains(answer, "transfer-encoding")) << status;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << status;
  }
}

TEST_F(Http1EngineTest, HeadMethodIsRememberedPerStream) {
  Receive("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  Receive(kGet);
  const StreamId head = TakeRequest();
  const StreamId get = TakeRequest();
  EXPECT_TRUE(Answer(head).ends_with("\r\n\r\n"));
  EXPECT_TRUE(Answer(get).ends_with("\r\n\r\nhi"));
}

TEST_F(Http1EngineTest, AnAnswerMayComeBeforeTheBody) {
  Receive(kPost.substr(0, kPost.size() - 2));
  ASSERT_TRUE(std::holds_alternative<Head>(Next()));
  EXPECT_FALSE(Contains(Answer(StreamId{1}), "connection"));
  Receive("lo");
  EXPECT_EQ(TakeRequest(), StreamId{1});
  Receive(kGet);
  EXPECT_EQ(TakeRequest(), StreamId{2});
}

TEST_F(Http1EngineTest, WhatIsSentBehindTheEndOfAnAnswerIsDropped) {
  Receive("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_TRUE(std::holds_alternative<Head>(Next()));
  Answer(StreamId{1});
  Receive("x");
  const Event event = Next();
  ASSERT_TRUE(std::holds_alternative<Bad>(event));
  EXPECT_EQ(std::get<Bad>(event).stream, StreamId{1});
  EXPECT_EQ(Answer(StreamId{1}), "");
  Grant(StreamId{1});
  EXPECT_EQ(out_.Take(), "");
}

// What is kept per stream is kept by its place in a ring of kMaxUnanswered.
TEST_F(Http1EngineTest, LaterStreamsDoNotInheritTheMethodOrVersionOfEarlierOnes) {
  for (size_t i = 0; i < kMaxUnanswered; ++i) {
    Receive("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(Answer(TakeRequest()).ends_with("\r\n\r\n"));
  }
  for (size_t i = 0; i < kMaxUnanswered; ++i) {
    Receive(kGet);
    const std::string answer = Answer(TakeRequest());
    EXPECT_TRUE(answer.ends_with("\r\n\r\nhi"));
    EXPECT_FALSE(Contains(answer, "keep-alive"));
  }
}

TEST_F(Http1EngineTest, EmptyLinesAreCountedForEachRequest) {
  for (uint32_t i = 1; i <= 5; ++i) {
    Receive("\r\n\r\n\r\n");
    Receive(kGet);
    EXPECT_EQ(TakeRequest(), StreamId{i});
    Answer(StreamId{i});
  }
}

TEST_F(Http1EngineTest, OnlyTheStreamWhoseTurnItIsMaySend) {
  Receive(kGet);
  Receive(kGet);
  EXPECT_EQ(engine_->Sendable(StreamId{1}), 0u) << "nothing has come";
  TakeRequest();
  TakeRequest();
  EXPECT_GT(engine_->Sendable(StreamId{1}), 0u);
  EXPECT_EQ(engine_->Sendable(StreamId{2}), 0u);
  Answer(StreamId{1});
  EXPECT_EQ(engine_->Sendable(StreamId{1}), 0u);
  EXPECT_GT(engine_->Sendable(StreamId{2}), 0u);
}

TEST_F(Http1EngineTest, ALargeBodyIsMovedAndNotCopied) {
  Receive(kGet);
  const StreamId stream = TakeRequest();
  std::string body(OutputQueue::kMoveSize, 'b');
  const char* const memory = body.data();
  ResponseHead head;
  head.content_length = body.size();
  engine_->SendHead(stream, head, kNow, out_);
  engine_->Send(stream, {.body = &body, .offset = 0, .size = body.size()}, true, out_);
  BytesView pieces[4];
  ASSERT_EQ(out_.Queue().Gather(pieces), 2u);
  EXPECT_EQ(pieces[1].data(), memory);
}

TEST_F(Http1EngineTest, AHeadThatIsTheLastEndsTheAnswer) {
  Receive(kGet);
  ResponseHead head;
  head.content_length = 0;
  head.last = true;
  engine_->SendHead(TakeRequest(), head, kNow, out_);
  EXPECT_TRUE(out_.Take().ends_with("content-length: 0\r\n\r\n"));
  Receive(kGet);
  EXPECT_EQ(TakeRequest(), StreamId{2});
  EXPECT_TRUE(Answer(StreamId{2}).ends_with("hi"));
}

TEST_F(Http1EngineTest, AResetEndsTheConnectionInTheMiddleOfAnAnswer) {
  Receive(kGet);
  Receive(kGet);
  const StreamId first = TakeRequest();
  const StreamId second = TakeRequest();
  ResponseHead head;
  head.content_length = 5;
  engine_->SendHead(first, head, kNow, out_);
  out_.Take();
  engine_->Reset(first, ResetCode::kInternal, out_);
  EXPECT_TRUE(engine_->state().must_close);
  EXPECT_FALSE(engine_->state().reads);
  EXPECT_EQ(Answer(second), "");
  Receive(kGet);
  EXPECT_TRUE(NeedsMore());
}
using Http1EngineDeathTest = Http1EngineTest;

TEST_F(Http1EngineDeathTest, AnswersKeepTheirOrder) {
  Receive(kGet);
  Receive(kGet);
  TakeRequest();
  TakeRequest();
  EXPECT_DEATH(Answer(StreamId{2}), "IsNextToAnswer");
}

TEST_F(Http1EngineDeathTest, AnAnswerHasTheLengthItSaid) {
  Receive(kGet);
  const StreamId stream = TakeRequest();
  ResponseHead head;
  head.content_length = 1;
  EXPECT_DEATH(Answer(stream, head), "answer_left_");
  head.content_length = 3;
  EXPECT_DEATH(Answer(stream, head), "answer_left_");
}

}  // namespace
}  // namespace mailroom::http
