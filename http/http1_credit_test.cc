// SPDX-License-Identifier: Apache-2.0
// What a peer may send, and when: 100-continue, credit for bodies, the drain.

#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "mailroom/http/testing/http1_engine_stage.h"

namespace mailroom::http {
namespace {

using testing::Contains;
using testing::Http1EngineStage;
using testing::kGet;
using testing::kNow;
using testing::kPost;

class Http1ContinueTest : public Http1EngineStage {
 protected:
  static constexpr BytesView kAsk =
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
};

TEST_F(Http1ContinueTest, IsSentOnceByTheFirstGrant) {
  Receive(kAsk);
  const Event head = Next();
  ASSERT_TRUE(std::holds_alternative<Head>(head));
  EXPECT_TRUE(std::get<Head>(head).awaits_grant);
  EXPECT_TRUE(NeedsMore());
  EXPECT_EQ(out_.Take(), "");
  Grant(StreamId{1});
  EXPECT_EQ(out_.Take(), "HTTP/1.1 100 Continue\r\n\r\n");
  Grant(StreamId{1});
  EXPECT_EQ(out_.Take(), "");
  Receive("ok");
  EXPECT_FALSE(Contains(Answer(TakeRequest()), "connection"));
}

TEST_F(Http1ContinueTest, IsSentAtTheStreamsTurn) {
  Receive(kGet);
  Receive(kAsk);
  TakeRequest();
  ASSERT_TRUE(std::holds_alternative<Head>(Next()));
  Grant(StreamId{2});
  EXPECT_EQ(out_.Take(), "");
  EXPECT_TRUE(Answer(StreamId{1}).ends_with("\r\n\r\nhiHTTP/1.1 100 Continue\r\n\r\n"));
  Receive("ok");
  EXPECT_EQ(TakeRequest(), StreamId{2});
}

TEST_F(Http1ContinueTest, IsNotAwaitedWhenTheBodyIsHere) {
  Receive(kAsk);
  Receive("o");
  const Event head = Next();
  ASSERT_TRUE(std::holds_alternative<Head>(head));
  EXPECT_FALSE(std::get<Head>(head).awaits_grant);
  EXPECT_EQ(out_.Take(), "");
}

TEST_F(Http1ContinueTest, OneThatAnnouncesTooMuchIsNotToldToGoOn) {
  Receive(
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n");
  ASSERT_TRUE(std::holds_alternative<Head>(Next()));
  Grant(StreamId{1});
  EXPECT_EQ(out_.Take(), "");
  EXPECT_TRUE(std::holds_alternative<Bad>(Next()));
}

// It waits for credit like any body.
TEST_F(Http1ContinueTest, ABodyThatCameUnaskedIsNotRefused) {
  Receive(kAsk);
  ASSERT_TRUE(std::holds_alternative<Head>(Next()));
  Receive("ok");
  EXPECT_TRUE(NeedsMore());
  Grant(StreamId{1});
  EXPECT_EQ(TakeRequest(), StreamId{1});
}

TEST_F(Http1ContinueTest, AFinalAnswerInsteadCloses) {
  Receive(kAsk);
  ASSERT_TRUE(std::holds_alternative<Head>(Next()));
  EXPECT_FALSE(engine_->state().must_close);
  ResponseHead head = TwoBytes();
  head.status = 413;
  EXPECT_TRUE(Contains(Answer(StreamId{1}, head), "connection: close\r\n"));
  EXPECT_TRUE(engine_->state().must_close);
  Grant(StreamId{1});
  EXPECT_EQ(out_.Take(), "");
}

TEST_F(Http1ContinueTest, IsNotAwaitedBy10) {
  Receive("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  const Event head = Next();
  ASSERT_TRUE(std::holds_alternative<Head>(head));
  EXPECT_FALSE(std::get<Head>(head).awaits_grant);
}

class Http1CreditTest : public Http1EngineStage {
 protected:
  // Nobody grants.
  Event Pull() {
    input_.erase(0, consumed_);
    return engine_->Next(input_, &consumed_, out_);
  }
  bool reads() const { return engine_->state().reads; }
};

TEST_F(Http1CreditTest, WithoutItNoBodyComes) {
  Receive(kPost);
  ASSERT_TRUE(std::holds_alternative<Head>(Pull()));
  EXPECT_TRUE(std::holds_alternative<NeedMore>(Pull()));
  EXPECT_FALSE(reads());
  Grant(StreamId{1}, 2);
  EXPECT_TRUE(reads());
  const Event body = Pull();
  ASSERT_TRUE(std::holds_alternative<Body>(body));
  EXPECT_TRUE(std::holds_alternative<End>(Pull()));
}

TEST_F(Http1CreditTest, ChunksWaitForItToo) {
  Receive("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
  ASSERT_TRUE(std::holds_alternative<Head>(Pull()));
  EXPECT_TRUE(std::holds_alternative<NeedMore>(Pull()));
  Grant(StreamId{1}, 1);
  EXPECT_TRUE(std::holds_alternative<Body>(Pull()));
  EXPECT_TRUE(std::holds_alternative<NeedMore>(Pull()));
  EXPECT_FALSE(reads());
  Grant(StreamId{1}, 1);
  EXPECT_TRUE(std::holds_alternative<End>(Pull()));
}

TEST_F(Http1CreditTest, NothingIsReadWhileAWholeRequestIsUnanswered) {
  EXPECT_TRUE(reads());
  Receive(kGet);
  Receive(kGet);
  TakeRequest();
  EXPECT_FALSE(reads());
  TakeRequest();
  Answer(StreamId{1});
  EXPECT_FALSE(reads());
  Answer(StreamId{2});
  EXPECT_TRUE(reads());
}

TEST_F(Http1CreditTest, OneThatComesTooLateIsForgotten) {
  Receive(kPost);
  TakeRequest();
  Grant(StreamId{1}, 7);
  Answer(StreamId{1});
  Receive(kPost);
  ASSERT_TRUE(std::holds_alternative<Head>(Pull()));
  Grant(StreamId{1}, 7);
  EXPECT_TRUE(std::holds_alternative<NeedMore>(Pull())) << "it was another stream's";
}

using Http1DrainTest = Http1EngineStage;

TEST_F(Http1DrainTest, TheLastRequestGivenIsTheLast) {
  Receive(kGet);
  Receive(kGet);
  Receive(kGet);
  const StreamId first = TakeRequest();
  const StreamId second = TakeRequest();
  engine_->StartClosing(out_);
  EXPECT_TRUE(engine_->state().must_close);
  EXPECT_TRUE(NeedsMore());
  EXPECT_FALSE(Contains(Answer(first), "connection"));
  EXPECT_TRUE(Contains(Answer(second), "connection: close\r\n"));
  EXPECT_TRUE(NeedsMore());
}

TEST_F(Http1DrainTest, AHalfReceivedRequestIsFinished) {
  Receive(kPost.substr(0, 20));
  EXPECT_TRUE(NeedsMore());
  engine_->StartClosing(out_);
  Receive(kPost.substr(20));
  EXPECT_TRUE(Contains(Answer(TakeRequest()), "connection: close\r\n"));
  Receive(kGet);
  EXPECT_TRUE(NeedsMore());
}

TEST_F(Http1DrainTest, AnAnswerUnderWayLeavesRoomForOneMoreThatSaysClose) {
  Receive(kGet);
  const StreamId first = TakeRequest();
  engine_->SendHead(first, ResponseHead(), kNow, out_);
  engine_->StartClosing(out_);
  Receive(kGet);
  EXPECT_TRUE(NeedsMore());
  Send(first, "", true);
  EXPECT_FALSE(Contains(out_.Take(), "connection"));
  EXPECT_TRUE(Contains(Answer(TakeRequest()), "connection: close\r\n"));
}

}  // namespace
}  // namespace mailroom::http
