// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/loop.h"

#include <pthread.h>

#include <atomic>
#include <csignal>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/base/check.h"
#include "mailroom/io/testing/loop_harness.h"

namespace mailroom::io {
namespace {

using ::testing::ElementsAre;
using Backend = LoopHarness::Backend;
using Mode = Loop::Mode;

constexpr SlotId kCall(SlotKind::kCall, 0, 5, 1);

class LoopTest : public ::testing::TestWithParam<Backend> {
 protected:
  LoopTest() : harness_(GetParam()), loop_(harness_.loop), handler_(harness_.handler) {}

  LoopHarness harness_;
  Loop& loop_;
  RecordingHandler& handler_;
};
INSTANTIATE_TEST_SUITE_P(All, LoopTest, ::testing::Values(Backend::kPlatform, Backend::kFake),
                         [](const auto& test) { return LoopHarness::NameOf(test.param); });

TEST_P(LoopTest, TheTurnRunsItsStepsInTheirOrder) {
  Peer peer = harness_.Connect();
  handler_.log_steps = true;
  loop_.StartTimer(harness_.clock.Now(), kCall);
  handler_.on_read = [](Connection& connection) {
    connection.Consume(connection.input().size());
    connection.Write("x");
    connection.Close();
  };
  peer.Send("hello");
  handler_.log.clear();
  harness_.Turn();
  EXPECT_THAT(handler_.log,
              ElementsAre("read hello", "timer", "turn", "settle", "publish", "close ok"));
  EXPECT_EQ(peer.Receive(), "x");
}

TEST_P(LoopTest, S40_OnceMakesOneTurnAndNoWaitNeverAnnouncesSleep) {
  handler_.log_steps = true;
  harness_.Turn();
  EXPECT_THAT(handler_.TakeLog(), ElementsAre("turn", "settle", "publish"));
  loop_.Wake();
  ASSERT_TRUE(loop_.Run(Mode::kOnce).ok());
  EXPECT_THAT(handler_.TakeLog(), ElementsAre("sleep", "awake", "turn", "settle", "publish"));
}

TEST_P(LoopTest, S40_UntilDoneTurnsUntilStopFromAHookOrAnotherThread) {
  int turns = 0;
  handler_.on_turn = [&](TimePoint) {
    loop_.Wake();
    if (++turns == 3) loop_.Stop();
  };
  loop_.Wake();
  ASSERT_TRUE(loop_.Run(Mode::kUntilDone).ok());
  EXPECT_EQ(turns, 3);

  handler_.on_turn = nullptr;
  std::thread other([this] { loop_.Stop(); });
  ASSERT_TRUE(loop_.Run(Mode::kUntilDone).ok());
  other.join();
}

TEST_P(LoopTest, S34_WakeBeforeTheWaitIsNotLost) {
  loop_.Wake();
  ASSERT_TRUE(loop_.Run(Mode::kOnce).ok());
  EXPECT_EQ(loop_.counters().wakes, 1u);
}

TEST_P(LoopTest, S35_FiveWakesBeforeAndOneAfterThenTenSilentTurns) {
  for (int i = 0; i < 5; ++i) loop_.Wake();
  harness_.Turn();
  EXPECT_EQ(loop_.counters().wakes, 1u);
  loop_.Wake();
  harness_.Turn();
  EXPECT_EQ(loop_.counters().wakes, 2u);
  harness_.Turn(10);
  EXPECT_EQ(loop_.counters().wakes, 2u);
}

TEST_P(LoopTest, NowIsConstantForTheTurn) {
  TimePoint first, second;
  handler_.on_turn = [&](TimePoint now) {
    first = now;
    harness_.clock.Advance(std::chrono::seconds(1));
    second = loop_.now();
  };
  harness_.Turn();
  EXPECT_EQ(first, second);
}

TEST_P(LoopTest, CountsHowLongATurnTook) {
  int turn = 0;
  handler_.on_turn = [&](TimePoint) {
    if (++turn == 1) {
      harness_.clock.Advance(std::chrono::milliseconds(7));
      loop_.Wake();
    } else {
      loop_.Stop();
    }
  };
  ASSERT_TRUE(loop_.Run(Loop::Mode::kUntilDone).ok());
  EXPECT_EQ(loop_.counters().last_turn, std::chrono::milliseconds(7));
}

TEST_P(LoopTest, S14_TimersAreDueInOrderAndNotEarly) {
  const TimePoint start = harness_.clock.Now();
  std::vector<uint32_t> fired;
  handler_.on_timer = [&](SlotId token) { fired.push_back(token.index()); };
  const auto start_timer = [&](uint32_t index, Duration after) {
    return loop_.StartTimer(start + after, SlotId(SlotKind::kCall, 0, index, 1));
  };
  start_timer(3, std::chrono::microseconds(300));
  start_timer(1, std::chrono::microseconds(100));
  const TimerId cancelled = start_timer(9, std::chrono::microseconds(150));
  start_timer(2, std::chrono::microseconds(200));
  loop_.CancelTimer(cancelled);
  loop_.CancelTimer(cancelled);
  EXPECT_EQ(loop_.timer_count(), 3u);
  for (int i = 0; i < 4; ++i) {
    harness_.clock.Advance(std::chrono::microseconds(99));
    harness_.Turn();
    EXPECT_EQ(fired.size(), static_cast<size_t>(i));
  }
  EXPECT_THAT(fired, ElementsAre(1, 2, 3));
}

TEST_P(LoopTest, ATimerThatStartsItselfAgainAtOnceDoesNotHoldTheTurn) {
  handler_.on_timer = [&](SlotId token) { loop_.StartTimer(loop_.now(), token); };
  loop_.StartTimer(harness_.clock.Now(), kCall);
  harness_.Turn(3);
  EXPECT_EQ(handler_.Count("timer"), 3u);
}

// The flaw: OnTick came only when the wait timed out, never under constant load.
TEST_P(LoopTest, S28_F5_TickComesByDeadlineAlsoUnderLoad) {
  for (int i = 0; i < 12; ++i) {
    loop_.Wake();
    harness_.clock.Advance(std::chrono::seconds(1));
    ASSERT_TRUE(loop_.Run(Mode::kOnce).ok());
  }
  EXPECT_EQ(handler_.Count("tick"), 2u);
}

TEST_P(LoopTest, SettleRunsUntilNothingMovesWithinItsBudget) {
  int moving = 10;
  handler_.settle = [&] { return moving-- > 0; };
  handler_.log_steps = true;
  harness_.Turn();
  EXPECT_EQ(handler_.Count("settle"), 11u);
  EXPECT_EQ(handler_.Count("publish"), 1u);
}

TEST_P(LoopTest, OutOfBudgetTheLoopOnlyLooksAndTurnsAgain) {
  int moving = 100;
  handler_.settle = [&] {
    if (moving-- > 0) return true;
    loop_.Stop();
    return false;
  };
  handler_.log_steps = true;
  loop_.Wake();
  ASSERT_TRUE(loop_.Run(Mode::kUntilDone).ok());
  EXPECT_EQ(loop_.counters().turns, 2u);
  EXPECT_EQ(handler_.Count("sleep"), 1u);  // before the first turn only
}

TEST_P(LoopTest, AMailboxThatIsNotEmptyKeepsTheLoopAwake) {
  handler_.log_steps = true;
  handler_.prepare_sleep = [] { return false; };
  ASSERT_TRUE(loop_.Run(Mode::kOnce).ok());  // returns: it only looked
  EXPECT_THAT(handler_.log, ElementsAre("sleep", "awake", "turn", "settle", "publish"));
}

TEST_P(LoopTest, AfterHooksOfStepEightItDoesNotSleepBeforeTheNextPublish) {
  Peer peer = harness_.Connect();
  handler_.log_steps = true;
  harness_.last()->Close();
  harness_.Turn();
  handler_.log.clear();
  ASSERT_TRUE(loop_.Run(Mode::kOnce).ok());
  EXPECT_THAT(handler_.log, ElementsAre("turn", "settle", "publish"));
}

TEST_P(LoopTest, ForEachVisitsWhoIsNotClosing) {
  std::vector<Peer> peers;
  for (int i = 0; i < 4; ++i) peers.push_back(harness_.Connect());
  loop_.Find(handler_.accepted[1])->Close();
  std::set<uint32_t> seen;
  loop_.ForEachConnection([&](Connection& connection) {
    seen.insert(connection.id().index());
    connection.Close();
  });
  EXPECT_THAT(seen, ElementsAre(0, 2, 3));
  EXPECT_EQ(loop_.connection_count(), 4u);
  harness_.Turn();
  EXPECT_EQ(loop_.connection_count(), 0u);
}

TEST_P(LoopTest, S25_S43_RunReturnsOnTermAndInt) {
  ASSERT_TRUE(loop_.WatchSignals({SIGTERM, SIGINT}).ok());
  handler_.on_signal = [&](int) { loop_.Stop(); };
  for (const int signal_number : {SIGTERM, SIGINT}) {
    raise(signal_number);
    ASSERT_TRUE(loop_.Run(Mode::kUntilDone).ok());
    EXPECT_EQ(handler_.log.back(), "signal " + std::to_string(signal_number));
  }
  EXPECT_EQ(loop_.WatchSignals({SIGHUP}).code(), Code::kAlreadyExists);
}

TEST(LoopSignalsDeathTest, ForgottenSignalsEndTheProcessAgain) {
  const auto die = [] {
    LoopHarness harness(Backend::kPlatform);
    MAILROOM_CHECK(harness.loop.WatchSignals({SIGTERM}).ok());
    harness.loop.ForgetSignals();
    harness.loop.ForgetSignals();
    raise(SIGTERM);
  };
  EXPECT_EXIT(die(), ::testing::KilledBySignal(SIGTERM), "");
}

// What needs a script, or a kernel.

TEST(LoopScriptTest, S14_TheWaitEndsAtTheNearestDeadlineOfAll) {
  LoopHarness harness(Backend::kFake);
  const auto timeout_of_a_turn = [&] {
    EXPECT_TRUE(harness.loop.Run(Mode::kOnce).ok());
    return harness.fake->last_timeout();
  };
  EXPECT_EQ(timeout_of_a_turn(), std::chrono::seconds(5));  // the tick
  harness.handler.next_deadline = harness.clock.Now() + std::chrono::seconds(2);
  EXPECT_EQ(timeout_of_a_turn(), std::chrono::seconds(2));
  harness.handler.next_deadline = kForever;
  harness.loop.StartTimer(harness.clock.Now() + std::chrono::microseconds(70), kCall);
  EXPECT_EQ(timeout_of_a_turn(), std::chrono::microseconds(70));
  EXPECT_EQ(harness.handler.Count("timer"), 1u);
  harness.loop.StartTimer(harness.clock.Now() - std::chrono::seconds(1), kCall);
  EXPECT_EQ(timeout_of_a_turn(), Duration::zero());  // floored
}

TEST(LoopScriptTest, S14_TheWaitEndsWithTheTimeToLinger) {
  Loop::Options options;
  options.connection.linger = std::chrono::milliseconds(700);
  LoopHarness harness(Backend::kFake, options);
  Peer peer = harness.Connect();
  harness.last()->CloseAfterFlush();
  harness.Turn();
  ASSERT_EQ(harness.loop.connection_count(), 1u) << "it lingers";
  ASSERT_TRUE(harness.loop.Run(Mode::kOnce).ok());
  EXPECT_EQ(harness.fake->last_timeout(), std::chrono::milliseconds(700));
  harness.Turn();
  EXPECT_EQ(harness.loop.connection_count(), 0u);
}

TEST(LoopScriptTest, TheTimeATurnTakesDoesNotMakeTheNextDeadlineLate) {
  LoopHarness harness(Backend::kFake);
  harness.loop.StartTimer(harness.clock.Now() + std::chrono::milliseconds(10), kCall);
  int turns = 0;
  harness.handler.on_turn = [&](TimePoint) {
    harness.clock.Advance(std::chrono::milliseconds(4));
    if (++turns == 2) harness.loop.Stop();
  };
  harness.loop.Wake();
  ASSERT_TRUE(harness.loop.Run(Mode::kUntilDone).ok());
  EXPECT_EQ(harness.fake->last_timeout(), std::chrono::milliseconds(6));
}

TEST(LoopScriptTest, S41_ErrorsOfThePollerComeBackTyped) {
  LoopHarness harness(Backend::kFake);
  harness.fake->FailNextWait(Internal("epoll_wait: EBADF"));
  EXPECT_EQ(harness.loop.Run(Mode::kUntilDone).message(), "epoll_wait: EBADF");

  FakeClock clock;
  RecordingHandler handler;
  auto poller = std::make_unique<FakePoller>();
  poller->FailNextInit(ResourceExhausted("epoll_create1: EMFILE"));
  Loop loop(Loop::Options(), std::move(poller), clock, handler);
  EXPECT_EQ(loop.Init().code(), Code::kResourceExhausted);

  harness.fake->FailNextAdd(ResourceExhausted("epoll_ctl: ENOSPC"));
  Result<Listener> listener = Listener::Bind(*Address::Parse("127.0.0.1:0"));
  ASSERT_TRUE(listener.ok());
  EXPECT_EQ(harness.loop.AddListener(*std::move(listener)).message(), "epoll_ctl: ENOSPC");
}

TEST(LoopScriptTest, S41_ABatchIsNoLargerThanTheOptionSays) {
  Loop::Options options;
  options.events_per_wait = 2;
  LoopHarness harness(Backend::kFake, options);
  std::vector<Peer> peers;
  for (int i = 0; i < 5; ++i) {
    peers.push_back(harness.Connect());
    peers.back().Send("x");
  }
  harness.Turn();
  EXPECT_EQ(harness.handler.Count("read x"), 2u);
  harness.Turn(2);
  EXPECT_EQ(harness.handler.Count("read x"), 5u);
}

TEST(LoopScriptTest, ADayOfTimersPassesInNoTime) {
  LoopHarness harness(Backend::kFake);
  const TimePoint start = harness.clock.Now();
  harness.handler.on_timer = [&](SlotId) { harness.loop.Stop(); };
  harness.loop.StartTimer(start + std::chrono::hours(24), kCall);
  ASSERT_TRUE(harness.loop.Run(Mode::kUntilDone).ok());
  EXPECT_EQ(harness.loop.now(), start + std::chrono::hours(24));
  EXPECT_EQ(harness.handler.Count("tick"), 24u * 3600 / 5);
}

// S32: exact on the fake clock; what the kernel adds is measured in bench/.
TEST(LoopScriptTest, S32_TwentySleepersAreExact) {
  LoopHarness harness(Backend::kFake);
  const TimePoint start = harness.clock.Now();
  std::vector<Duration> late;
  harness.handler.on_timer = [&](SlotId token) {
    late.push_back(harness.loop.now() - (start + std::chrono::microseconds(137) * token.index()));
    if (late.size() == 20) harness.loop.Stop();
  };
  for (uint32_t i = 0; i < 20; ++i) {
    harness.loop.StartTimer(start + std::chrono::microseconds(137) * i,
                            SlotId(SlotKind::kSuspension, 0, i, 1));
  }
  ASSERT_TRUE(harness.loop.Run(Mode::kUntilDone).ok());
  EXPECT_THAT(late, ::testing::Each(Duration::zero()));
}

// The flaw: any signal made the wait return EINTR, and that ended the server.
TEST(LoopKernelTest, S15_F2_AnInterruptedWaitDoesNotEndRun) {
  LoopHarness harness(Backend::kPlatform);
  struct sigaction ignore_loudly = {};
  ignore_loudly.sa_handler = [](int) {};
  struct sigaction before;
  ASSERT_EQ(sigaction(SIGUSR1, &ignore_loudly, &before), 0);
  std::atomic<uint64_t> turns{0};
  harness.handler.on_turn = [&](TimePoint) {
    // Nothing else makes it turn: each is an interrupted wait.
    if (++turns == 5) harness.loop.Stop();
  };
  const pthread_t loop_thread = pthread_self();
  std::thread other([&] {
    while (turns.load() < 5) pthread_kill(loop_thread, SIGUSR1);
  });
  EXPECT_TRUE(harness.loop.Run(Mode::kUntilDone).ok());
  other.join();
  sigaction(SIGUSR1, &before, nullptr);
}

}  // namespace
}  // namespace mailroom::io
