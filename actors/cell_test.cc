// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/cell.h"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/actors/inline_runner.h"
#include "mailroom/actors/testing/manual_runner.h"
#include "mailroom/actors/testing/probe_actor.h"
#include "mailroom/actors/worker_pool.h"
#include "mailroom/base/log.h"
#include "mailroom/base/testing/recording_home.h"

namespace mailroom::actors {
namespace {

using mailroom::testing::RecordingHome;
using testing::MakeMail;
using testing::ManualRunner;
using testing::ProbeActor;

class CellTest : public ::testing::Test {
 protected:
  CellTest() {
    auto actor = std::make_unique<ProbeActor>();
    probe = actor.get();
    cell = std::make_unique<Cell>("probe", 256, std::move(actor), runner);
    ref = ActorRef(*cell);
  }
  ~CellTest() override { ref = ActorRef(); }

  bool Mail(uint32_t index, TimePoint deadline = kForever) {
    EnvelopePtr mail = MakeMail(home, index);
    mail->deadline = deadline;
    if (ref.TryPost(&mail)) return true;
    mail->home = nullptr;
    return false;
  }
  void Complete(uint32_t index) {
    cell->Post(Completion{SlotId(SlotKind::kTimer, 0, index, 1), nullptr});
  }
  Status NextAnswer() {
    const auto completion = home.Take();
    return completion ? ParcelAs<Envelope>(*completion->parcel).status
                      : Status(Code::kUnknown, "no answer");
  }

  RecordingHome home;
  ManualRunner runner;
  ProbeActor* probe = nullptr;
  std::unique_ptr<Cell> cell;
  ActorRef ref;
};

TEST_F(CellTest, AMailQueuesTheCellOnceAndIsAnswered) {
  ASSERT_TRUE(Mail(1));
  ASSERT_TRUE(Mail(2));
  EXPECT_EQ(runner.queued(), 1u);
  EXPECT_EQ(runner.RunUntilIdle(), 1u);
  EXPECT_EQ(probe->seen, (std::vector<std::string>{"mail 1", "mail 2"}));
  EXPECT_TRUE(NextAnswer().ok());
  EXPECT_TRUE(NextAnswer().ok());
  EXPECT_EQ(cell->counters().handled.get(), 2u);
}

TEST_F(CellTest, CompletionsRunBeforeMail) {
  ASSERT_TRUE(Mail(1));
  Complete(9);
  runner.RunOne();
  EXPECT_EQ(probe->seen, (std::vector<std::string>{"completion 9", "mail 1"}));
}

TEST_F(CellTest, SixtyFourMailsAtMostInOneRun) {
  for (uint32_t i = 0; i < 100; ++i) ASSERT_TRUE(Mail(i));
  runner.RunOne();
  EXPECT_EQ(probe->seen.size(), 64u);
  EXPECT_EQ(runner.queued(), 1u) << "queued again, behind the others";
  runner.RunOne();
  EXPECT_EQ(probe->seen.size(), 100u);
  EXPECT_EQ(runner.queued(), 0u);
}

TEST_F(CellTest, AnExpiredMailIsAnsweredAndNotRun) {
  const TimePoint soon = runner.clock().Now() + std::chrono::milliseconds(5);
  ASSERT_TRUE(Mail(1, soon));
  ASSERT_TRUE(Mail(2, soon + std::chrono::hours(1)));
  runner.Advance(std::chrono::milliseconds(5));
  runner.RunUntilIdle();
  EXPECT_EQ(probe->seen, (std::vector<std::string>{"mail 2"}));
  EXPECT_EQ(NextAnswer().code(), Code::kDeadlineExceeded);
  EXPECT_TRUE(NextAnswer().ok());
  EXPECT_EQ(cell->counters().expired.get(), 1u);
}

// The clock is read for each mail with a deadline, not once for the run.
TEST_F(CellTest, AMailThatExpiresDuringItsRunIsNotRunEither) {
  const TimePoint soon = runner.clock().Now() + std::chrono::milliseconds(5);
  probe->on_mail = [this](EnvelopePtr mail) {
    runner.fake_clock().Advance(std::chrono::milliseconds(5));
    Answer(std::move(mail));
  };
  ASSERT_TRUE(Mail(1));
  ASSERT_TRUE(Mail(2, soon));
  runner.RunOne();
  EXPECT_EQ(probe->seen, (std::vector<std::string>{"mail 1"}));
  EXPECT_TRUE(NextAnswer().ok());
  EXPECT_EQ(NextAnswer().code(), Code::kDeadlineExceeded);
}

TEST_F(CellTest, BlockedItTakesNoMailButItsCompletions) {
  probe->on_mail = [this](EnvelopePtr mail) {
    probe->takes_mail = false;
    Answer(std::move(mail));
  };
  ASSERT_TRUE(Mail(1));
  ASSERT_TRUE(Mail(2));
  runner.RunUntilIdle();
  EXPECT_EQ(probe->seen, (std::vector<std::string>{"mail 1"}));
  ASSERT_TRUE(Mail(3));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(runner.RunOne()) << "nothing to run while blocked";

  probe->on_completion = [this](Completion) { probe->takes_mail = true; };
  Complete(5);
  runner.RunOne();
  EXPECT_EQ(probe->seen, (std::vector<std::string>{"mail 1", "completion 5", "mail 2"}));
}

TEST_F(CellTest, AnExceptionIsCaughtOnceAndTheNextMailRuns) {
  LogOptions quiet;
  std::vector<std::string> lines;
  quiet.sink = [&lines](std::string_view line) { lines.emplace_back(line); };
  InitLogging(quiet);
  probe->on_mail = [](EnvelopePtr mail) {
    if (mail->method == 1) throw std::runtime_error("a secret");
    Answer(std::move(mail));
  };
  ASSERT_TRUE(Mail(1));
  ASSERT_TRUE(Mail(2));
  runner.RunUntilIdle();
  InitLogging(LogOptions());
  EXPECT_EQ(probe->failures, (std::vector<std::string>{"a secret"}));
  const Status answer = NextAnswer();
  EXPECT_EQ(answer.code(), Code::kInternal);
  EXPECT_EQ(answer.message().find("secret"), std::string_view::npos) << "for the log only";
  EXPECT_TRUE(NextAnswer().ok());
  EXPECT_EQ(cell->counters().failures.get(), 1u);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("a secret"), std::string::npos);
}

// A stranger may cause one with each call. Another actor's is told all the same.
TEST_F(CellTest, OfExceptionsTheLogTellsOneASecondAndTheCounterAll) {
  LogOptions quiet;
  int lines = 0;
  quiet.sink = [&lines](std::string_view) { ++lines; };
  InitLogging(quiet);
  probe->on_mail = [](EnvelopePtr) { throw 42; };
  for (uint32_t i = 0; i < 1000; ++i) {
    ASSERT_TRUE(Mail(i));
    runner.RunUntilIdle();
  }
  EXPECT_GE(lines, 1);
  EXPECT_LT(lines, 100);
  EXPECT_EQ(cell->counters().failures.get(), 1000u);

  lines = 0;
  auto actor = std::make_unique<ProbeActor>();
  actor->on_mail = [](EnvelopePtr) { throw 42; };
  Cell other("other", 256, std::move(actor), runner);
  EnvelopePtr mail = MakeMail(home, 1);
  ASSERT_TRUE(ActorRef(other).TryPost(&mail));
  runner.RunUntilIdle();
  EXPECT_EQ(lines, 1);
  InitLogging(LogOptions());
}

TEST_F(CellTest, WhatIsThrownNeedNotBeAnException) {
  LogOptions quiet;
  quiet.sink = [](std::string_view) {};
  InitLogging(quiet);
  probe->on_mail = [](EnvelopePtr) { throw 42; };
  ASSERT_TRUE(Mail(1));
  runner.RunUntilIdle();
  InitLogging(LogOptions());
  EXPECT_EQ(probe->failures, (std::vector<std::string>{"unknown exception"}));
  EXPECT_EQ(NextAnswer().code(), Code::kInternal);
}

// S6: a full backlog is refused at once, and counted.
TEST_F(CellTest, S6_AFullMailboxRefuses) {
  for (uint32_t i = 0; i < 256; ++i) ASSERT_TRUE(Mail(i));
  EXPECT_FALSE(Mail(256));
  EXPECT_EQ(cell->counters().refused.load(), 1u);
  EXPECT_EQ(home.size(), 0u) << "refused is not dropped: the sender still has it";
  runner.RunUntilIdle();
  EXPECT_TRUE(Mail(256));
}

TEST_F(CellTest, StoppingSendsHomeWhatWaits) {
  ASSERT_TRUE(Mail(1));
  cell->Stop();
  EXPECT_EQ(NextAnswer().code(), Code::kInternal);
}

TEST_F(CellTest, ItsActorIsStoppedOnce) {
  int stops = 0;
  probe->on_stop = [&stops] { ++stops; };
  cell->Stop();
  cell->Stop();
  ref = ActorRef();
  cell.reset();
  EXPECT_EQ(stops, 1);
}

TEST_F(CellTest, AStoppedCellDropsWhatComes) {
  ASSERT_TRUE(Mail(1));
  cell->Stop();  // it stands in the run queue still
  ASSERT_TRUE(Mail(2));
  Complete(3);
  runner.RunUntilIdle();
  ASSERT_TRUE(Mail(4));
  runner.RunUntilIdle();
  ASSERT_TRUE(Mail(5));
  ref = ActorRef();
  cell.reset();
  for (int answers = 0; answers < 4; ++answers) EXPECT_EQ(NextAnswer().code(), Code::kInternal);
  EXPECT_EQ(home.size(), 0u);
}

// What a hand-written actor does whose timer runs when the server ends: it cancels it in
// Stop(), or its members do so when they are destroyed. AddressSanitizer judges.
class Ticker final : public Actor {
 public:
  explicit Ticker(int* stops) : stops_(stops) {}
  ~Ticker() override { place_.runner->CancelTimer(other_); }

  void Start(const ActorPlace& place) override {
    place_ = place;
    const TimePoint when = place.runner->clock().Now() + std::chrono::hours(1);
    timer_ = place.runner->StartTimer(when, *place.home, SlotId(SlotKind::kTimer, 0, 1, 1));
    other_ = place.runner->StartTimer(when, *place.home, SlotId(SlotKind::kTimer, 0, 2, 1));
  }
  void Receive(EnvelopePtr mail) override { Answer(std::move(mail)); }
  void Settle(Completion) override {}
  bool TakesMail() const override { return true; }
  void Failed(std::string_view) override {}
  void Stop() override {
    ++*stops_;
    place_.runner->CancelTimer(timer_);
  }

 private:
  int* const stops_;
  ActorPlace place_{nullptr, nullptr};
  TimerId timer_;
  TimerId other_;
};

TEST(CellLifetimeTest, AStoppedCellMayOutliveItsRunner) {
  int stops = 0;
  auto runner = std::make_unique<ManualRunner>();
  Cell cell("ticker", 16, std::make_unique<Ticker>(&stops), *runner);
  EXPECT_EQ(runner->pending_timers(), 2u);
  cell.Stop();
  EXPECT_EQ(runner->pending_timers(), 0u);
  runner.reset();
  EXPECT_EQ(stops, 1);
}

TEST(CellLifetimeTest, SoItIsWithAnInlineRunner) {
  int stops = 0;
  FakeClock clock;
  auto runner = std::make_unique<InlineRunner>(clock, [] {});
  Cell cell("ticker", 16, std::make_unique<Ticker>(&stops), *runner);
  cell.Stop();
  EXPECT_EQ(runner->NextDeadline(), kForever);
  runner.reset();
  EXPECT_EQ(stops, 1);
}

TEST(CellLifetimeTest, SoItIsWithAPool) {
  int stops = 0;
  auto pool = std::make_unique<WorkerPool>(1);
  Cell cell("ticker", 16, std::make_unique<Ticker>(&stops), *pool);
  pool->Stop();
  cell.Stop();
  pool.reset();
  EXPECT_EQ(stops, 1);
}

TEST_F(CellTest, TimeInTheMailboxIsSummed) {
  EnvelopePtr mail = MakeMail(home, 1);
  mail->posted_at = runner.clock().Now();
  ASSERT_TRUE(ref.TryPost(&mail));
  runner.Advance(std::chrono::microseconds(30));
  runner.RunUntilIdle();
  EXPECT_EQ(cell->counters().wait.sum_ns(), 30000u);
}

}  // namespace
}  // namespace mailroom::actors
