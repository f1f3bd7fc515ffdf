// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/service_actor.h"

#include <chrono>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/actors/activity.h"
#include "mailroom/rpc/compression.h"
#include "mailroom/services/testing/probe_stage.h"

namespace mailroom::services {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ProbeActor;
using testing::ProbeStage;

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

// What is answered in place of a Result that has neither a reply nor an error.
std::string WithoutAnError(const char* method) {
  return std::string("the handler of /mailroom.probe.v1.ProbeService/") + method +
         ", or what it called, made a Result of an OK Status, or moved the error out of a Result "
         "and returned that: return the reply, or an error";
}

// The reflex of grpc's users, `return Status();`, in both kinds of handlers.
TEST(ServiceActorTest, AnOkStatusInPlaceOfAReplyIsInternalAndNamesTheMethod) {
  ProbeStage probe;
  for (const auto& [method, path] :
       {std::pair(ProbeActor::kAtOnce, "AtOnce"), std::pair(ProbeActor::kExclusive, "Exclusive")}) {
    ProbeActor::Request request;
    request.set_ok_status(true);
    const CallId call = probe.stage.Post(method, request.SerializeAsString());
    const CallId next = probe.Post(method, "next");
    probe.stage.Run();
    EXPECT_EQ(probe.CodeOf(call), Code::kInternal);
    EXPECT_EQ(probe.stage.ReplyTo(call)->status.message(), WithoutAnError(path));
    EXPECT_EQ(probe.CodeOf(next), Code::kOk);
  }
}

// An actor whose handlers have the mistakes that not every compiler sees.
class MistakenActor final : public probe::v1::ProbeServiceActor<MistakenActor> {
 public:
  using Request = probe::v1::ProbeRequest;
  using Response = probe::v1::ProbeResponse;

  MAILROOM_TASK_WRAPPER Task<Result<Response>> Exclusive(const Request&, Call&) { return {}; }
  MAILROOM_TASK_WRAPPER Task<Result<Response>> Concurrent(const Request& request, Call& call) {
    Task<Result<Response>> task = Right(request, call);
    const Task<Result<Response>> taken = std::move(task);
    return task;
  }
#ifdef __clang__
  Task<Result<Response>> Peek(const Request& request, Call& call) {
    co_return co_await Right(request, call);
  }
  Task<Result<Response>> Inspect(const Request& request, Call& call) {
    co_return co_await Right(request, call);
  }
#else
  Task<Result<Response>> Peek(const Request&, Call& call) { co_await call.Yield(); }
  Task<Result<Response>> Inspect(const Request&, Call& call) {
    co_await call.Yield();
    co_return *co_await FallsOff(call);
  }
  Task<Result<Response>> FallsOff(Call& call) { co_await call.Yield(); }
#endif
  // Reports an error, and answers with what is left.
  Result<Response> AtOnce(const Request&, Call&) {
    Result<Response> loaded = NotFound("no such record");
    if (!loaded.ok()) reported_ = std::move(loaded).status();
    return loaded;
  }

 private:
  Status reported_;
  Task<Result<Response>> Right(const Request&, Call&) { co_return Response(); }
};

TEST(ServiceActorTest, AHandlerThatReturnsNoTaskIsInternalAndNamesTheMethod) {
  testing::ServiceStage<MistakenActor> stage;
  for (const auto& [method, path] : {std::pair(ProbeActor::kExclusive, "Exclusive"),
                                     std::pair(ProbeActor::kConcurrent, "Concurrent")}) {
    const CallId call = stage.Post(method, "");
    stage.Run();
    EXPECT_EQ(stage.ReplyTo(call)->status.code(), Code::kInternal);
    EXPECT_EQ(stage.ReplyTo(call)->status.message(),
              std::string("/mailroom.probe.v1.ProbeService/") + path +
                  ": the handler returned a Task that was moved from, or never made");
  }
}

TEST(ServiceActorTest, AResultWhoseErrorWasMovedOutIsInternalAndNamesTheMethod) {
  testing::ServiceStage<MistakenActor> stage;
  const CallId call = stage.Post(ProbeActor::kAtOnce, "");
  stage.Run();
  EXPECT_EQ(stage.ReplyTo(call)->status, Internal(WithoutAnError("AtOnce")));
  probe::v1::ProbeServiceClient probe(stage.channel());
  const ProbeActor::Request request;
  EXPECT_EQ(stage.Finish(probe.AtOnce(request)).status(), Internal(WithoutAnError("AtOnce")));
}

#ifndef __clang__  // it refuses to compile such handlers
TEST(ServiceActorTest, AHandlerThatFallsOffItsEndIsInternalAndNamesTheMethod) {
  testing::ServiceStage<MistakenActor> stage;
  const CallId own = stage.Post(ProbeActor::kPeek, "");
  stage.Run();
  EXPECT_EQ(stage.ReplyTo(own)->status.code(), Code::kInternal);
  EXPECT_EQ(stage.ReplyTo(own)->status.message(),
            "/mailroom.probe.v1.ProbeService/Peek: the handler ended without co_return");
  const CallId helpers = stage.Post(ProbeActor::kInspect, "");
  stage.Run();
  EXPECT_EQ(stage.ReplyTo(helpers)->status.code(), Code::kInternal);
  EXPECT_EQ(stage.ReplyTo(helpers)->status.message(), "the handler failed");
}
#endif

TEST(ServiceActorDeathTest, ACheckThatFailsInAHandlerNamesTheMethod) {
  ProbeStage probe;
  ProbeActor::Request request;
  request.set_value_of_error(true);
  probe.Post(ProbeActor::kPeek, "other", 10);
  probe.stage.Post(ProbeActor::kAtOnce, request.SerializeAsString());
  EXPECT_DEATH(probe.stage.Run(),
               "ask ok\\(\\) before the value.*\n.*while "
               "/mailroom.probe.v1.ProbeService/AtOnce ran: look at that handler first");
}

// Who watches over a worker reads which method it is at, also when that goes on after a
// wait, or after the wait for its turn.
TEST(ServiceActorTest, AResumedMethodIsNamedToItsWatchers) {
  actors::Activity activity(actors::Activity::Kind::kWorker, "worker-0");
  const actors::WatchedHere watched(activity);
  ProbeStage probe;
  probe.Post(ProbeActor::kPeek, "a", 10);
  probe.Post(ProbeActor::kConcurrent, "b", 20);
  probe.Post(ProbeActor::kExclusive, "c", 30);
  probe.stage.Run();
  EXPECT_EQ(activity.Read().method, ProbeActor::kExclusive);
  for (int i = 0; i < 2; ++i) {
    probe.stage.RunAfter(milliseconds(10));
    EXPECT_EQ(activity.Read().method, actors::Activity::kNoMethod) << "kept: no handler ran";
  }
  probe.stage.runner().Advance(milliseconds(10));
  probe.stage.Run();
  EXPECT_THAT(probe.log, ElementsAre("start a", "start b", "start c", "end c", "end a", "end b"));
  EXPECT_EQ(activity.Read().method, ProbeActor::kConcurrent);
  const CallId last = probe.Post(ProbeActor::kPeek, "d", 10);
  probe.stage.RunAfter(milliseconds(0));
  probe.Post(ProbeActor::kAtOnce, "e");
  probe.stage.Run();
  EXPECT_EQ(activity.Read().method, ProbeActor::kAtOnce);
  probe.stage.RunAfter(milliseconds(10));
  EXPECT_EQ(activity.Read().method, ProbeActor::kPeek);
  EXPECT_EQ(probe.CodeOf(last), Code::kOk);
}

}  // namespace
}  // namespace mailroom::services
