// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/service_actor.h"

#include <chrono>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/rpc/compression.h"
#include "mailroom/services/service_job.h"
#include "mailroom/services/testing/probe_actor.h"
#include "mailroom/services/testing/service_stage.h"

namespace mailroom::services {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ProbeActor;
using testing::ServiceStage;

struct ProbeStage {
  ProbeActor::Log log;
  ServiceStage<ProbeActor> stage{log};

  // The request as the caller's bytes.
  CallId Post(uint32_t method, const char* word, uint32_t sleep_ms = 0) {
    ProbeActor::Request request;
    request.set_word(word);
    request.set_sleep_ms(sleep_ms);
    return stage.Post(method, request.SerializeAsString());
  }
  CallId PostFailing(uint32_t method, const char* word, uint32_t sleep_ms) {
    ProbeActor::Request request;
    request.set_word(word);
    request.set_sleep_ms(sleep_ms);
    request.set_fail(sleep_ms == 0);
    request.set_fail_late(sleep_ms > 0);
    return stage.Post(method, request.SerializeAsString());
  }
  // The code of the answer, or nothing yet.
  std::optional<Code> CodeOf(CallId call) {
    const actors::Envelope* const reply = stage.ReplyTo(call);
    if (reply == nullptr) return std::nullopt;
    return reply->status.code();
  }
  std::string WordOf(CallId call) {
    ProbeActor::Response response;
    EXPECT_TRUE(response.ParseFromString(stage.ReplyTo(call)->reply));
    return response.word();
  }
};

TEST(ServiceActorTest, AHandlerThatIsNoCoroutineAnswersAtOnce) {
  ProbeStage probe;
  const CallId call = probe.Post(ProbeActor::kAtOnce, "a");
  probe.stage.Run();
  EXPECT_EQ(probe.CodeOf(call), Code::kOk);
  EXPECT_EQ(probe.WordOf(call), "a");
}

TEST(ServiceActorTest, ACoroutineThatNeverWaitsAnswersAtOnce) {
  ProbeStage probe;
  const CallId call = probe.Post(ProbeActor::kExclusive, "a");
  probe.stage.Run();
  EXPECT_EQ(probe.WordOf(call), "a");
  EXPECT_EQ(probe.stage.runner().pending_timers(), 0u);
}

TEST(ServiceActorTest, JsonComesInAndGoesOut) {
  ProbeStage probe;
  const CallId call = probe.stage.Post(ProbeActor::kAtOnce, R"({"word": "a"})", WireFormat::kJson);
  probe.stage.Run();
  EXPECT_EQ(probe.stage.ReplyTo(call)->reply, R"({"word":"a"})");
}

TEST(ServiceActorTest, ACompressedRequestIsOpenedUpToItsLimit) {
  ProbeStage probe;
  ProbeActor::Request request;
  request.set_word(std::string(1000, 'a'));
  std::string bytes;
  rpc::Compressor().Compress(Compression::kGzip, request.SerializeAsString(), &bytes);
  const auto post = [&](size_t limit) {
    const CallId call =
        probe.stage.Post(ProbeActor::kAtOnce, bytes, [limit](actors::Envelope& mail) {
          mail.wire.request_compression = Compression::kGzip;
          mail.wire.request_limit.bytes = limit;
        });
    probe.stage.Run();
    return call;
  };
  EXPECT_EQ(probe.WordOf(post(request.ByteSizeLong())), request.word());
  EXPECT_EQ(probe.CodeOf(post(request.ByteSizeLong() - 1)), Code::kResourceExhausted);
  EXPECT_EQ(probe.log.size(), 2u) << "the second one's handler did not run";
}

TEST(ServiceActorTest, AReplyIsCompressedFromAThresholdIfThatIsAccepted) {
  struct Row {
    Compression accepted;
    size_t from;
    Compression made;
  };
  // The reply: one word of 100 bytes, and two bytes about it.
  for (const Row& row : {Row{Compression::kGzip, 102, Compression::kGzip},
                         Row{Compression::kGzip, 103, Compression::kIdentity},
                         Row{Compression::kIdentity, 0, Compression::kIdentity}}) {
    ProbeStage probe;
    ProbeActor::Request request;
    request.set_word(std::string(100, 'a'));
    const CallId call = probe.stage.Post(ProbeActor::kAtOnce, request.SerializeAsString(),
                                         [&row](actors::Envelope& mail) {
                                           mail.wire.accepted = row.accepted;
                                           mail.wire.compress_from = row.from;
                                         });
    probe.stage.Run();
    actors::Envelope& reply = *probe.stage.ReplyTo(call);
    EXPECT_EQ(reply.wire.reply_compression, row.made);
    std::string plain;
    EXPECT_TRUE(rpc::Compressor().Decompress(row.made, reply.reply, {102}, &plain).ok());
    EXPECT_EQ(plain.size(), 102u);
  }
}

TEST(ServiceActorTest, AnExclusiveCallBlocksMailWhileItIsSuspended) {
  ProbeStage probe;
  probe.Post(ProbeActor::kExclusive, "a", 10);
  const CallId second = probe.Post(ProbeActor::kExclusive, "b");
  const CallId third = probe.Post(ProbeActor::kConcurrent, "c");
  probe.stage.Run();
  EXPECT_THAT(probe.log, ElementsAre("start a"));
  EXPECT_EQ(probe.CodeOf(second), std::nullopt);

  probe.stage.RunAfter(milliseconds(10));
  EXPECT_THAT(probe.log, ElementsAre("start a", "end a", "start b", "end b", "start c", "end c"));
  EXPECT_EQ(probe.WordOf(third), "c");
}

TEST(ServiceActorTest, ConcurrentCallsInterleave) {
  ProbeStage probe;
  probe.Post(ProbeActor::kConcurrent, "slow", 20);
  probe.Post(ProbeActor::kPeek, "quick", 10);
  probe.stage.Run();
  EXPECT_THAT(probe.log, ElementsAre("start slow", "start quick"));
  probe.stage.RunAfter(milliseconds(10));
  probe.stage.RunAfter(milliseconds(10));
  EXPECT_THAT(probe.log, ElementsAre("start slow", "start quick", "end quick", "end slow"));
}

TEST(ServiceActorTest, AnExclusiveCallWaitsForTheConcurrentOnesAndHoldsTheRest) {
  ProbeStage probe;
  probe.Post(ProbeActor::kConcurrent, "before", 10);
  probe.Post(ProbeActor::kExclusive, "alone", 10);
  probe.Post(ProbeActor::kConcurrent, "after");
  probe.stage.Run();
  EXPECT_THAT(probe.log, ElementsAre("start before"));
  probe.stage.RunAfter(milliseconds(10));
  EXPECT_THAT(probe.log, ElementsAre("start before", "end before", "start alone"));
  probe.stage.RunAfter(milliseconds(10));
  EXPECT_THAT(probe.log, ElementsAre("start before", "end before", "start alone", "end alone",
                                     "start after", "end after"));
}

TEST(ServiceActorTest, NoMoreThanMaxInFlightAreSuspended) {
  ProbeStage probe;
  ASSERT_EQ(ProbeActor::Spec().max_in_flight, 3u);
  for (const char* word : {"a", "b", "c", "d"}) probe.Post(ProbeActor::kConcurrent, word, 10);
  probe.stage.Run();
  EXPECT_THAT(probe.log, ElementsAre("start a", "start b", "start c"));
  probe.stage.RunAfter(milliseconds(10));
  EXPECT_THAT(probe.log,
              ElementsAre("start a", "start b", "start c", "end a", "end b", "end c", "start d"));
}

TEST(ServiceActorTest, AnExclusiveCallThatWaitedTooLongIsAnsweredAndNotRun) {
  ProbeStage probe;
  probe.Post(ProbeActor::kConcurrent, "before", 10);
  const TimePoint deadline = probe.stage.runner().clock().Now() + milliseconds(5);
  const CallId late = probe.stage.Post(ProbeActor::kExclusive, "", WireFormat::kProto, deadline);
  const CallId next = probe.Post(ProbeActor::kExclusive, "next");
  probe.stage.Run();
  probe.stage.RunAfter(milliseconds(10));
  EXPECT_EQ(probe.CodeOf(late), Code::kDeadlineExceeded);
  EXPECT_EQ(probe.CodeOf(next), Code::kOk);
  EXPECT_THAT(probe.log, ElementsAre("start before", "end before", "start next", "end next"));
}

TEST(ServiceActorTest, WhatIsNoRequestIsInvalidArgumentAndHoldsNobodyUp) {
  ProbeStage probe;
  const CallId bytes = probe.stage.Post(ProbeActor::kExclusive, "\x0a\xff");
  const CallId json = probe.stage.Post(ProbeActor::kExclusive, "{\"word\":", WireFormat::kJson);
  const CallId next = probe.Post(ProbeActor::kExclusive, "next");
  probe.stage.Run();
  EXPECT_EQ(probe.CodeOf(bytes), Code::kInvalidArgument);
  EXPECT_EQ(probe.CodeOf(json), Code::kInvalidArgument);
  EXPECT_EQ(probe.CodeOf(next), Code::kOk);
}

// S4: the request lives in its job's arena, and so do references to it across a
// co_await (AddressSanitizer judges); the arenas serve call after call.
TEST(ServiceActorTest, S4_RequestsLiveInTheArenaOfTheirJob) {
  ProbeActor::Log log;
  auto owned = std::make_unique<ProbeActor>(log);
  ProbeActor& actor = *owned;
  testing::Stage stage(ProbeActor::Spec(), std::move(owned));
  std::set<const google::protobuf::Arena*> arenas;
  for (const std::string& word : {std::string("short"), std::string(20000, 'x')}) {
    ProbeActor::Request request;
    request.set_word(word);
    request.set_sleep_ms(10);
    const CallId call = stage.Post(ProbeActor::kExclusive, request.SerializeAsString());
    stage.Run();
    stage.RunAfter(milliseconds(10));
    ProbeActor::Response response;
    ASSERT_TRUE(response.ParseFromString(stage.ReplyTo(call)->reply));
    EXPECT_EQ(response.word(), word);
    ASSERT_NE(actor.seen().arena, nullptr);
    arenas.insert(actor.seen().arena);
  }
  EXPECT_EQ(arenas.size(), 1u);
}

// A request is parsed into the message of the one before: nothing of that is seen.
TEST(ServiceActorTest, ARequestHoldsNothingOfTheOneBefore) {
  ProbeActor::Log log;
  auto owned = std::make_unique<ProbeActor>(log);
  ProbeActor& actor = *owned;
  testing::Stage stage(ProbeActor::Spec(), std::move(owned));
  ProbeActor::Request full;
  full.set_word("word");
  full.set_sleep_ms(1);
  full.add_more()->set_word("more");
  full.mutable_nested()->set_word("nested");
  (*full.mutable_numbers())["one"] = 1;
  const std::string unknown = "\xfa\x7f\x02hi";  // field 2047
  const std::vector<std::pair<std::string, WireFormat>> empty = {
      {"", WireFormat::kProto}, {"{}", WireFormat::kJson}, {R"({"none": 1})", WireFormat::kJson}};
  for (const auto& [bytes, format] : empty) {
    stage.Post(ProbeActor::kAtOnce, full.SerializeAsString() + unknown);
    stage.Post(ProbeActor::kAtOnce, R"({"text": "torn", "fail": true)", WireFormat::kJson);
    stage.Run();
    EXPECT_THAT(actor.seen().text, HasSubstr("2047")) << "the full one";
    const CallId call = stage.Post(ProbeActor::kAtOnce, bytes, format);
    stage.Run();
    EXPECT_EQ(stage.ReplyTo(call)->status.code(), Code::kOk) << bytes;
    EXPECT_EQ(actor.seen().text, "") << bytes;
  }
}

// What strings had room for is kept for the next call (AddressSanitizer's lane keeps
// nothing), but not of large requests, nor of many.
TEST(ServiceActorTest, ARequestKeepsLittleRoomForTheNext) {
  ProbeActor::Log log;
  auto owned = std::make_unique<ProbeActor>(log);
  ProbeActor& actor = *owned;
  testing::Stage stage(ProbeActor::Spec(), std::move(owned));
  const auto look_at = [&](const ProbeActor::Request& request) {
    stage.Post(ProbeActor::kAtOnce, request.SerializeAsString());
    stage.Run();
    return actor.seen();
  };
  const auto capacity_after = [&](size_t word_bytes) {
    ProbeActor::Request request;
    request.set_word(std::string(word_bytes, 'x'));
    return look_at(request).capacity;
  };
  EXPECT_GE(capacity_after(1000), 1000u);
  EXPECT_EQ(capacity_after(1) >= 1000, JobMemory::kKeepsRequests);
  EXPECT_GE(capacity_after(100000), 100000u);
  EXPECT_LT(capacity_after(1), 100u);

  EXPECT_GE(capacity_after(2000), 2000u);
  for (int call = 0; call < 10; ++call) capacity_after(500);
  EXPECT_LT(capacity_after(1), 2000u) << "many come to as much as a large one";

  ProbeActor::Request wide;  // few bytes, much memory
  for (int at = 0; at < 200; ++at) wide.add_more();
  const size_t wide_bytes = look_at(wide).arena_bytes;
  EXPECT_GT(wide_bytes, 8192u);
  EXPECT_LE(look_at(ProbeActor::Request()).arena_bytes, 4096u);
}

TEST(ServiceActorTest, AnExceptionBecomesInternalAndTheActorLivesOn) {
  ProbeStage probe;
  for (const uint32_t method :
       {ProbeActor::kAtOnce, ProbeActor::kExclusive, ProbeActor::kConcurrent}) {
    const CallId failed = probe.PostFailing(method, "bad", 0);
    const CallId next = probe.Post(method, "next");
    probe.stage.Run();
    EXPECT_EQ(probe.CodeOf(failed), Code::kInternal);
    EXPECT_THAT(probe.stage.ReplyTo(failed)->status.message(), Not(HasSubstr("secret")));
    EXPECT_EQ(probe.CodeOf(next), Code::kOk);
  }
  EXPECT_EQ(probe.stage.cell().counters().failures.get(), 3u);
}

TEST(ServiceActorTest, AnExceptionAfterASuspensionBecomesInternalToo) {
  ProbeStage probe;
  const CallId exclusive = probe.PostFailing(ProbeActor::kExclusive, "a", 10);
  const CallId next = probe.PostFailing(ProbeActor::kConcurrent, "b", 10);
  const CallId last = probe.Post(ProbeActor::kConcurrent, "c");
  probe.stage.Run();
  probe.stage.RunAfter(milliseconds(10));
  EXPECT_EQ(probe.CodeOf(exclusive), Code::kInternal);
  EXPECT_EQ(probe.CodeOf(last), Code::kOk);
  probe.stage.RunAfter(milliseconds(10));
  EXPECT_EQ(probe.CodeOf(next), Code::kInternal);
}

// The call that waited is begun from the catch of the one before: it may fail too.
TEST(ServiceActorTest, AFailureAfterAFailureIsCaughtAsWell) {
  ProbeStage probe;
  const CallId first = probe.PostFailing(ProbeActor::kConcurrent, "a", 10);
  const CallId second = probe.PostFailing(ProbeActor::kAtOnce, "b", 0);
  const CallId third = probe.Post(ProbeActor::kAtOnce, "c");
  probe.stage.Run();
  probe.stage.RunAfter(milliseconds(10));
  EXPECT_EQ(probe.CodeOf(first), Code::kInternal);
  EXPECT_EQ(probe.CodeOf(second), Code::kInternal);
  EXPECT_EQ(probe.CodeOf(third), Code::kOk);
}

}  // namespace
}  // namespace mailroom::services
