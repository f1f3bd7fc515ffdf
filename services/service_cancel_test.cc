// SPDX-License-Identifier: Apache-2.0
// What a cancel, and the end of the runner, do to the calls of a service actor.
#include <chrono>
#include <optional>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/base/log.h"
#include "mailroom/services/testing/probe_stage.h"

namespace mailroom::services {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::ProbeActor;

class ServiceCancelTest : public ::testing::Test, protected testing::ProbeStage {};

TEST_F(ServiceCancelTest, ASuspendedHandlerWithoutSideEffectsIsDestroyed) {
  const CallId call = Post(ProbeActor::kPeek, "a", 10);
  const CallId other = Post(ProbeActor::kPeek, "b", 10);
  stage.Run();
  stage.Cancel(call);
  stage.Run();
  EXPECT_THAT(log, ElementsAre("start a", "start b", "gone a"));
  EXPECT_EQ(CodeOf(call), Code::kCanceled);
  EXPECT_EQ(stage.runner().pending_timers(), 1u);

  stage.RunAfter(milliseconds(10));
  EXPECT_EQ(CodeOf(other), Code::kOk);
}

TEST_F(ServiceCancelTest, AHandlerWithSideEffectsRunsOnAndSeesIt) {
  const CallId exclusive = Post(ProbeActor::kExclusive, "a", 10);
  stage.Run();
  stage.Cancel(exclusive);
  stage.Run();
  EXPECT_EQ(CodeOf(exclusive), std::nullopt);
  stage.RunAfter(milliseconds(10));
  EXPECT_THAT(log, ElementsAre("start a", "canceled a", "end a"));
  EXPECT_EQ(CodeOf(exclusive), Code::kOk);

  const CallId concurrent = Post(ProbeActor::kConcurrent, "b", 10);
  stage.Run();
  stage.Cancel(concurrent);
  stage.RunAfter(milliseconds(10));
  EXPECT_EQ(CodeOf(concurrent), Code::kOk);
  EXPECT_EQ(log.at(4), "canceled b");
}

TEST_F(ServiceCancelTest, ACallThatHasNotBegunNeverBegins) {
  Post(ProbeActor::kExclusive, "a", 10);
  const CallId waiting = Post(ProbeActor::kExclusive, "b", 0);
  const CallId behind = Post(ProbeActor::kConcurrent, "c", 0);
  stage.Run();
  stage.Cancel(waiting);
  stage.RunAfter(milliseconds(10));
  EXPECT_EQ(CodeOf(waiting), Code::kCanceled);
  EXPECT_EQ(CodeOf(behind), Code::kOk);
  EXPECT_THAT(log, ElementsAre("start a", "end a", "start c", "end c"));
}

TEST_F(ServiceCancelTest, ACancelThatComesTooLateIsNothing) {
  const CallId call = Post(ProbeActor::kPeek, "a", 10);
  stage.Run();
  stage.RunAfter(milliseconds(10));
  stage.Cancel(call);
  stage.Cancel(call);
  stage.Run();
  EXPECT_EQ(CodeOf(call), Code::kOk);
}

// The map of suspended calls must have lost it: its job is gone.
TEST_F(ServiceCancelTest, ACancelBehindASuspendedHandlersFailureIsNothing) {
  LogOptions quiet;
  quiet.sink = [](std::string_view) {};
  InitLogging(quiet);
  for (const uint32_t method :
       {ProbeActor::kPeek, ProbeActor::kConcurrent, ProbeActor::kExclusive, ProbeActor::kInspect}) {
    ProbeActor::Request request;
    request.set_sleep_ms(10);
    request.set_fail_late(true);
    const CallId failed = Post(method, request);
    stage.Run();
    stage.runner().Advance(milliseconds(10));  // the resumption that will fail is posted
    stage.Cancel(failed);                      // and the cancel behind it
    stage.Run();
    EXPECT_EQ(CodeOf(failed), Code::kInternal);
    stage.Cancel(failed);
    const CallId next = Post(method, "next", 0);
    stage.Run();
    EXPECT_EQ(CodeOf(next), Code::kOk);
  }
  InitLogging(LogOptions());
}

TEST_F(ServiceCancelTest, CancellingAnExclusiveCallWithoutSideEffectsLetsTheNextBegin) {
  const CallId call = Post(ProbeActor::kInspect, "a", 10);
  const CallId next = Post(ProbeActor::kExclusive, "b", 0);
  stage.Run();
  EXPECT_EQ(CodeOf(next), std::nullopt);
  stage.Cancel(call);
  stage.Run();
  EXPECT_EQ(CodeOf(next), Code::kOk);
  EXPECT_THAT(log, ElementsAre("start a", "gone a", "start b", "end b"));
}

// Cancels that come before their mail are remembered, but not for ever: the oldest are
// forgotten, since most of them belong to calls that had ended.
TEST_F(ServiceCancelTest, TheCancelsRememberedAreBounded) {
  constexpr uint32_t kRemembered = 1024;
  const auto id = [](uint32_t number) { return CallId(SlotKind::kCall, 0, number, 1); };
  // The stage numbers its calls from 0 on: the first two are cancelled before they come.
  for (uint32_t number = 0; number < kRemembered + 1; ++number) stage.Cancel(id(number));
  stage.Run();
  const CallId forgotten = Post(ProbeActor::kAtOnce, "forgotten", 0);
  const CallId remembered = Post(ProbeActor::kAtOnce, "remembered", 0);
  stage.Run();
  ASSERT_EQ(forgotten, id(0));
  EXPECT_EQ(CodeOf(forgotten), Code::kOk);
  EXPECT_EQ(CodeOf(remembered), Code::kCanceled);
}

TEST_F(ServiceCancelTest, StopSendsEveryEnvelopeHome) {
  const CallId sleeper = Post(ProbeActor::kConcurrent, "a", 10);
  const CallId suspended = Post(ProbeActor::kExclusive, "b", 10);
  const CallId waiting = Post(ProbeActor::kExclusive, "c", 10);
  stage.Run();
  EXPECT_THAT(log, ElementsAre("start a", "start b"));
  stage.cell().Stop();
  stage.Run();
  for (const CallId call : {sleeper, suspended, waiting}) EXPECT_EQ(CodeOf(call), Code::kInternal);
  EXPECT_THAT(log, ElementsAre("start a", "start b", "gone a", "gone b"));
  EXPECT_EQ(stage.runner().pending_timers(), 0u);
}

// A callee of a suspended handler that answers after the end is stale.
TEST_F(ServiceCancelTest, TimersAndAnswersThatComeAfterTheEndAreStale) {
  const CallId call = Post(ProbeActor::kPeek, "a", 10);
  stage.Run();
  stage.runner().Advance(milliseconds(10));  // the timer's completion is posted
  stage.Cancel(call);                        // and the cancel behind it
  stage.Run();
  EXPECT_EQ(CodeOf(call), Code::kOk);

  const CallId other = Post(ProbeActor::kPeek, "b", 10);
  stage.Run();
  stage.Cancel(other);
  stage.runner().Advance(milliseconds(10));
  stage.Run();
  EXPECT_EQ(CodeOf(other), Code::kCanceled);
}

}  // namespace
}  // namespace mailroom::services
