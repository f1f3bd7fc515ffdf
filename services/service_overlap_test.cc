// SPDX-License-Identifier: Apache-2.0
// Which calls of a service actor overlap, and in which order they step.
#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/base/log.h"
#include "mailroom/services/testing/probe_stage.h"

namespace mailroom::services {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using testing::ProbeActor;

class ServiceOverlapTest : public ::testing::Test, protected testing::ProbeStage {
 protected:
  ptrdiff_t PlaceOf(const std::string& entry) {
    return std::find(log.begin(), log.end(), entry) - log.begin();
  }
};

TEST_F(ServiceOverlapTest, ConcurrentCallsInterleave) {
  Post(ProbeActor::kConcurrent, "slow", 20);
  Post(ProbeActor::kPeek, "quick", 10);
  stage.Run();
  EXPECT_THAT(log, ElementsAre("start slow", "start quick"));
  stage.RunAfter(milliseconds(10));
  stage.RunAfter(milliseconds(10));
  EXPECT_THAT(log, ElementsAre("start slow", "start quick", "end quick", "end slow"));
}

TEST_F(ServiceOverlapTest, NoMoreThanMaxInFlightAreSuspended) {
  ASSERT_EQ(ProbeActor::Spec().max_in_flight, 5u);
  for (const char* word : {"a", "b", "c", "d", "e", "f"}) Post(ProbeActor::kConcurrent, word, 10);
  stage.Run();
  EXPECT_THAT(log, ElementsAre("start a", "start b", "start c", "start d", "start e"));
  stage.RunAfter(milliseconds(10));
  EXPECT_THAT(log, ElementsAre("start a", "start b", "start c", "start d", "start e", "end a",
                               "end b", "end c", "end d", "end e", "start f"));
}

TEST_F(ServiceOverlapTest, ASuspendedExclusiveCallHoldsTheMail) {
  Post(ProbeActor::kExclusive, "a", 10);
  const CallId second = Post(ProbeActor::kExclusive, "b");
  const CallId third = Post(ProbeActor::kConcurrent, "c");
  stage.Run();
  EXPECT_THAT(log, ElementsAre("start a"));
  EXPECT_EQ(CodeOf(second), std::nullopt);

  stage.RunAfter(milliseconds(10));
  EXPECT_THAT(log, ElementsAre("start a", "end a", "start b", "end b", "start c", "end c"));
  EXPECT_EQ(CodeOf(third), Code::kOk);
}

TEST_F(ServiceOverlapTest, MailThatWaitedTooLongIsAnsweredAndNotRun) {
  Post(ProbeActor::kExclusive, "before", 10);
  const TimePoint deadline = stage.runner().clock().Now() + milliseconds(5);
  const CallId late = stage.Post(ProbeActor::kExclusive, "", WireFormat::kProto, deadline);
  const CallId next = Post(ProbeActor::kExclusive, "next");
  stage.Run();
  stage.RunAfter(milliseconds(10));
  EXPECT_EQ(CodeOf(late), Code::kDeadlineExceeded);
  EXPECT_EQ(CodeOf(next), Code::kOk);
  EXPECT_THAT(log, ElementsAre("start before", "end before", "start next", "end next"));
}

// One long poll held all writers for as long as it slept.
TEST_F(ServiceOverlapTest, AnExclusiveCallDoesNotWaitForSleepers) {
  const CallId sleeper = Post(ProbeActor::kConcurrent, "sleeper", 3000);
  for (int round = 0; round < 20; ++round) {
    CallId calls[50];
    for (int i = 0; i < 50; ++i) {
      calls[i] = Post(i % 2 == 0 ? ProbeActor::kAtOnce : ProbeActor::kExclusive, "writer");
    }
    stage.Run();  // time stands still
    for (const CallId call : calls) ASSERT_EQ(CodeOf(call), Code::kOk) << "round " << round;
  }
  EXPECT_EQ(CodeOf(sleeper), std::nullopt);
  stage.RunAfter(milliseconds(3000));
  EXPECT_EQ(CodeOf(sleeper), Code::kOk);
}

TEST_F(ServiceOverlapTest, AHandlerThatDoesNotSuspendRunsBetweenTwoSteps) {
  ProbeActor::Request twice = Asking("twice", 10);
  twice.set_sleeps(2);
  Post(ProbeActor::kConcurrent, twice);
  stage.RunAfter(milliseconds(10));  // begins, then its first sleep ends
  stage.RunAfter(milliseconds(10));
  Post(ProbeActor::kAtOnce, "between");
  stage.Run();
  stage.RunAfter(milliseconds(10));
  EXPECT_THAT(
      log, ElementsAre("start twice", "step twice", "start between", "end between", "end twice"));
}

TEST_F(ServiceOverlapTest, WhileAnExclusiveCallIsSuspendedResumptionsWaitInOrder) {
  Post(ProbeActor::kConcurrent, "b", 20);
  Post(ProbeActor::kConcurrent, "a", 10);
  Post(ProbeActor::kConcurrent, "later", 40);
  Post(ProbeActor::kExclusive, "alone", 30);
  Post(ProbeActor::kConcurrent, "mail");
  stage.Run();
  stage.RunAfter(milliseconds(10));
  stage.RunAfter(milliseconds(10));
  EXPECT_THAT(log, ElementsAre("start b", "start a", "start later", "start alone"));
  stage.RunAfter(milliseconds(10));
  EXPECT_THAT(log, ElementsAre("start b", "start a", "start later", "start alone", "end alone",
                               "end a", "end b", "start mail", "end mail"));
  stage.RunAfter(milliseconds(10));
  EXPECT_EQ(log.back(), "end later");
}

// What was posted while the kept ones stepped does not overtake them.
TEST_F(ServiceOverlapTest, ALaterResumptionDoesNotOvertakeTheKeptOnes) {
  Post(ProbeActor::kConcurrent, "a", 10);
  Post(ProbeActor::kConcurrent, "b", 10);
  Post(ProbeActor::kConcurrent, "c", 30);
  Post(ProbeActor::kExclusive, "alone", 20);
  stage.Run();
  stage.RunAfter(milliseconds(10));  // a and b are kept
  stage.RunAfter(milliseconds(20));  // alone, then c, are posted in one go
  EXPECT_EQ(PlaceOf("end alone"), 4);
  EXPECT_EQ(PlaceOf("end a"), 5);
  EXPECT_EQ(PlaceOf("end b"), 6);
  EXPECT_EQ(PlaceOf("end c"), 7);
}

TEST_F(ServiceOverlapTest, TheKeptOnesStepBeforeTheNextExclusiveCall) {
  Post(ProbeActor::kConcurrent, "a", 10);
  Post(ProbeActor::kConcurrent, "b", 10);
  for (const char* word : {"x", "y", "z"}) Post(ProbeActor::kExclusive, word, 20);
  stage.Run();
  for (int i = 0; i < 6; ++i) stage.RunAfter(milliseconds(10));
  EXPECT_THAT(log, ElementsAre("start a", "start b", "start x", "end x", "end a", "end b",
                               "start y", "end y", "start z", "end z"));
}

// The deadline of a kept call: the loop has answered its caller and says so here.
TEST_F(ServiceOverlapTest, AKeptCallThatIsCancelledSeesItWhenItsTurnComes) {
  const CallId late = Post(ProbeActor::kConcurrent, "late", 10);
  Post(ProbeActor::kExclusive, "alone", 30);
  stage.Run();
  stage.RunAfter(milliseconds(10));  // its timer has fired: kept
  stage.Cancel(late);
  stage.RunAfter(milliseconds(10));
  EXPECT_EQ(CodeOf(late), std::nullopt);
  stage.RunAfter(milliseconds(10));
  EXPECT_THAT(log,
              ElementsAre("start late", "start alone", "end alone", "canceled late", "end late"));
  EXPECT_EQ(CodeOf(late), Code::kOk) << "stale at the loop";
}

TEST_F(ServiceOverlapTest, ACancelDestroysAKeptCallWithoutSideEffectsAtOnce) {
  const CallId first = Post(ProbeActor::kPeek, "first", 10);
  const CallId second = Post(ProbeActor::kPeek, "second", 10);
  const CallId third = Post(ProbeActor::kPeek, "third", 10);
  Post(ProbeActor::kExclusive, "alone", 30);
  stage.Run();
  stage.RunAfter(milliseconds(10));
  stage.Cancel(second);
  stage.Run();
  EXPECT_EQ(CodeOf(second), Code::kCanceled) << "the exclusive one is suspended still";
  EXPECT_EQ(log.back(), "gone second");
  stage.RunAfter(milliseconds(20));
  EXPECT_EQ(CodeOf(first), Code::kOk);
  EXPECT_EQ(CodeOf(third), Code::kOk);
  EXPECT_THAT(log, ElementsAre("start first", "start second", "start third", "start alone",
                               "gone second", "end alone", "end first", "end third"));
}

TEST_F(ServiceOverlapTest, ACancelReachesASleeperWhileAnExclusiveCallIsSuspended) {
  const CallId sleeper = Post(ProbeActor::kPeek, "sleeper", 1000);
  Post(ProbeActor::kExclusive, "alone", 30);
  stage.Run();
  stage.Cancel(sleeper);
  stage.Run();
  EXPECT_EQ(CodeOf(sleeper), Code::kCanceled);
  EXPECT_EQ(stage.runner().pending_timers(), 1u) << "the exclusive one's";
}

TEST_F(ServiceOverlapTest, WhenTheExclusiveCallIsDestroyedTheKeptOnesStep) {
  Post(ProbeActor::kConcurrent, "a", 10);
  const CallId alone = Post(ProbeActor::kInspect, "alone", 30);
  stage.Run();
  stage.RunAfter(milliseconds(10));
  stage.Cancel(alone);
  stage.Run();
  EXPECT_EQ(CodeOf(alone), Code::kCanceled);
  EXPECT_THAT(log, ElementsAre("start a", "start alone", "gone alone", "end a"));
}

// The next one steps from a completion of its own: each failure is caught by itself.
TEST_F(ServiceOverlapTest, AFailureAfterAFailureIsCaughtAsWell) {
  LogOptions quiet;
  quiet.sink = [](std::string_view) {};
  InitLogging(quiet);
  const CallId first = PostFailing(ProbeActor::kConcurrent, "a", 10);
  const CallId second = PostFailing(ProbeActor::kConcurrent, "b", 10);
  const CallId third = Post(ProbeActor::kConcurrent, "c", 10);
  const CallId alone = PostFailing(ProbeActor::kExclusive, "alone", 20);
  const CallId plain = PostFailing(ProbeActor::kAtOnce, "plain", 0);
  const CallId last = Post(ProbeActor::kAtOnce, "last");
  stage.Run();
  stage.RunAfter(milliseconds(10));
  stage.RunAfter(milliseconds(10));
  InitLogging(LogOptions());
  for (const CallId failed : {first, second, alone, plain}) {
    EXPECT_EQ(CodeOf(failed), Code::kInternal);
  }
  EXPECT_EQ(CodeOf(third), Code::kOk);
  EXPECT_EQ(CodeOf(last), Code::kOk);
}

TEST_F(ServiceOverlapTest, CallsThatYieldForEverDoNotKeepTheMailOut) {
  for (const char* word : {"a", "b", "c"}) {
    ProbeActor::Request request = Asking(word, 0);
    request.set_sleeps(5000);
    Post(ProbeActor::kConcurrent, request);
  }
  ASSERT_TRUE(stage.runner().RunOne());  // they begin
  Post(ProbeActor::kExclusive, "alone", 10);
  ASSERT_TRUE(stage.runner().RunOne());
  Post(ProbeActor::kAtOnce, "plain");
  stage.Run();
  ASSERT_EQ(PlaceOf("end alone"), static_cast<ptrdiff_t>(log.size())) << "it sleeps";
  stage.RunAfter(milliseconds(10));
  // A run of the cell has 1024 completions at most; then the mail has its turn.
  EXPECT_LT(PlaceOf("start plain") - PlaceOf("end alone"), 1100);
  EXPECT_EQ(std::count(log.begin(), log.end(), "step a"), 4999);
}

TEST_F(ServiceOverlapTest, StopSendsTheKeptOnesHome) {
  const CallId kept = Post(ProbeActor::kConcurrent, "kept", 10);
  const CallId alone = Post(ProbeActor::kExclusive, "alone", 30);
  const CallId waiting = Post(ProbeActor::kExclusive, "waiting", 30);
  stage.Run();
  stage.RunAfter(milliseconds(10));
  stage.cell().Stop();
  stage.Run();
  for (const CallId call : {kept, alone, waiting}) EXPECT_EQ(CodeOf(call), Code::kInternal);
  EXPECT_THAT(log, ElementsAre("start kept", "start alone", "gone kept", "gone alone"));
  EXPECT_EQ(stage.runner().pending_timers(), 0u);
}

}  // namespace
}  // namespace mailroom::services
