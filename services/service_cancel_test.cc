// SPDX-License-Identifier: Apache-2.0
// What a cancel, and the end of the runner, do to the calls of a service actor.
#include <chrono>
#include <memory>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/services/testing/probe_actor.h"
#include "mailroom/services/testing/service_stage.h"

namespace mailroom::services {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::ProbeActor;
using testing::ServiceStage;

class ServiceCancelTest : public ::testing::Test {
 protected:
  CallId Post(uint32_t method, const char* word, uint32_t sleep_ms) {
    ProbeActor::Request request;
    request.set_word(word);
    request.set_sleep_ms(sleep_ms);
    return stage_.Post(method, request.SerializeAsString());
  }
  std::optional<Code> CodeOf(CallId call) {
    const actors::Envelope* const reply = stage_.ReplyTo(call);
    if (reply == nullptr) return std::nullopt;
    return reply->status.code();
  }

  ProbeActor::Log log_;
  ServiceStage<ProbeActor> stage_{log_};
};

TEST_F(ServiceCancelTest, ASuspendedHandlerWithoutSideEffectsIsDestroyed) {
  const CallId call = Post(ProbeActor::kPeek, "a", 10);
  const CallId other = Post(ProbeActor::kPeek, "b", 10);
  stage_.Run();
  stage_.Cancel(call);
  stage_.Run();
  EXPECT_THAT(log_, ElementsAre("start a", "start b", "gone a"));
  EXPECT_EQ(CodeOf(call), Code::kCanceled);
  EXPECT_EQ(stage_.runner().pending_timers(), 1u);

  stage_.RunAfter(milliseconds(10));
  EXPECT_EQ(CodeOf(other), Code::kOk);
}

TEST_F(ServiceCancelTest, AHandlerWithSideEffectsRunsOnAndSeesIt) {
  const CallId exclusive = Post(ProbeActor::kExclusive, "a", 10);
  stage_.Run();
  stage_.Cancel(exclusive);
  stage_.Run();
  EXPECT_EQ(CodeOf(exclusive), std::nullopt);
  stage_.RunAfter(milliseconds(10));
  EXPECT_THAT(log_, ElementsAre("start a", "canceled a", "end a"));
  EXPECT_EQ(CodeOf(exclusive), Code::kOk);

  const CallId concurrent = Post(ProbeActor::kConcurrent, "b", 10);
  stage_.Run();
  stage_.Cancel(concurrent);
  stage_.RunAfter(milliseconds(10));
  EXPECT_EQ(CodeOf(concurrent), Code::kOk);
  EXPECT_EQ(log_.at(4), "canceled b");
}

TEST_F(ServiceCancelTest, AnExclusiveCallThatHasNotBegunNeverBegins) {
  Post(ProbeActor::kConcurrent, "a", 10);
  const CallId waiting = Post(ProbeActor::kExclusive, "b", 0);
  const CallId behind = Post(ProbeActor::kConcurrent, "c", 0);
  stage_.Run();
  stage_.Cancel(waiting);
  stage_.Run();
  EXPECT_EQ(CodeOf(waiting), Code::kCanceled);
  EXPECT_EQ(CodeOf(behind), Code::kOk);
  EXPECT_THAT(log_, ElementsAre("start a", "start c", "end c"));
}

TEST_F(ServiceCancelTest, ACancelThatComesTooLateIsNothing) {
  const CallId call = Post(ProbeActor::kPeek, "a", 10);
  stage_.Run();
  stage_.RunAfter(milliseconds(10));
  stage_.Cancel(call);
  stage_.Cancel(call);
  stage_.Run();
  EXPECT_EQ(CodeOf(call), Code::kOk);
}

TEST_F(ServiceCancelTest, CancellingAnExclusiveCallWithoutSideEffectsLetsTheNextBegin) {
  // Peek is concurrent; what waits behind it is exclusive.
  const CallId call = Post(ProbeActor::kPeek, "a", 10);
  const CallId next = Post(ProbeActor::kExclusive, "b", 0);
  stage_.Run();
  stage_.Cancel(call);
  stage_.Run();
  EXPECT_EQ(CodeOf(next), Code::kOk);
  EXPECT_THAT(log_, ElementsAre("start a", "gone a", "start b", "end b"));
}

TEST_F(ServiceCancelTest, StopSendsEveryEnvelopeHome) {
  const CallId suspended = Post(ProbeActor::kConcurrent, "a", 10);
  const CallId waiting = Post(ProbeActor::kExclusive, "b", 10);
  stage_.Run();
  EXPECT_THAT(log_, ElementsAre("start a"));
  stage_.cell().Stop();
  stage_.Run();
  EXPECT_EQ(CodeOf(suspended), Code::kInternal);
  EXPECT_EQ(CodeOf(waiting), Code::kInternal);
  EXPECT_THAT(log_, ElementsAre("start a", "gone a"));
  EXPECT_EQ(stage_.runner().pending_timers(), 0u);
}

// A callee of a suspended handler that answers after the end is stale.
TEST_F(ServiceCancelTest, TimersAndAnswersThatComeAfterTheEndAreStale) {
  const CallId call = Post(ProbeActor::kPeek, "a", 10);
  stage_.Run();
  stage_.runner().Advance(milliseconds(10));  // the timer's completion is posted
  stage_.Cancel(call);                        // and the cancel behind it
  stage_.Run();
  EXPECT_EQ(CodeOf(call), Code::kOk);

  const CallId other = Post(ProbeActor::kPeek, "b", 10);
  stage_.Run();
  stage_.Cancel(other);
  stage_.runner().Advance(milliseconds(10));
  stage_.Run();
  EXPECT_EQ(CodeOf(other), Code::kCanceled);
}

}  // namespace
}  // namespace mailroom::services
