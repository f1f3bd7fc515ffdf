// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/worker_pool.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/actors/cell.h"
#include "mailroom/actors/testing/probe_actor.h"
#include "mailroom/base/testing/bounded_wait.h"

namespace mailroom::actors {
namespace {

using mailroom::testing::AwaitedHome;
using mailroom::testing::AwaitUntil;
using testing::MakeMail;
using testing::ProbeActor;

class WorkerPoolTest : public ::testing::TestWithParam<int> {};

// S2: mails go to a pool of workers; FIFO for each sender, whoever runs them.
TEST_P(WorkerPoolTest, S2_RunsEveryMailInTheSendersOrder) {
  constexpr uint32_t kMails = 5000;
  AwaitedHome home;
  WorkerPool pool(GetParam());
  auto actor = std::make_unique<ProbeActor>();
  std::vector<uint32_t> order;  // no lock: one worker at a time is inside
  actor->on_mail = [&order](EnvelopePtr mail) {
    order.push_back(mail->method);
    Answer(std::move(mail));
  };
  Cell cell("probe", kMails, std::move(actor), pool);
  {
    ActorRef ref(cell);
    for (uint32_t i = 0; i < kMails; ++i) {
      EnvelopePtr mail = MakeMail(home, i);
      ASSERT_TRUE(ref.TryPost(&mail));
      if (i % 100 == 99) pool.Publish();
    }
  }
  for (uint32_t i = 0; i < kMails; ++i) static_cast<void>(home.Wait("an answer"));
  pool.Stop();
  ASSERT_EQ(order.size(), kMails);
  for (uint32_t i = 0; i < kMails; ++i) ASSERT_EQ(order[i], i);
}

TEST_P(WorkerPoolTest, TimersPostTheirCompletion) {
  AwaitedHome home;
  WorkerPool pool(GetParam());
  const TimePoint now = pool.clock().Now();
  const TimerId cancelled =
      pool.StartTimer(now + std::chrono::hours(1), home, SlotId(SlotKind::kTimer, 0, 9, 1));
  pool.StartTimer(now + std::chrono::milliseconds(3), home, SlotId(SlotKind::kTimer, 0, 2, 1));
  pool.StartTimer(now + std::chrono::milliseconds(1), home, SlotId(SlotKind::kTimer, 0, 1, 1));
  pool.CancelTimer(cancelled);
  EXPECT_EQ(home.Wait("a worker that keeps the time").slot.index(), 1u);
  EXPECT_EQ(home.Wait("the timer behind the first").slot.index(), 2u);
}

TEST_P(WorkerPoolTest, StopJoinsWithWorkLeft) {
  AwaitedHome home;
  WorkerPool pool(GetParam());
  Cell cell("probe", 64, std::make_unique<ProbeActor>(), pool);
  pool.Stop();
  {
    ActorRef ref(cell);
    EnvelopePtr mail = MakeMail(home, 1);
    ASSERT_TRUE(ref.TryPost(&mail));
    pool.Publish();
  }
  cell.Stop();
  EXPECT_EQ(home.Wait("the dropped mail").slot.index(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Workers, WorkerPoolTest, ::testing::Values(1, 2, 8));

// A handler that blocks holds its worker only: the other one runs the rest, and
// wakes travel on from worker to worker.
TEST(WorkerPoolTest, ABlockedWorkerDoesNotHoldTheOthers) {
  AwaitedHome home;
  WorkerPool pool(2);
  std::atomic<bool> release{false};
  auto blocking = std::make_unique<ProbeActor>();
  blocking->on_mail = [&release](EnvelopePtr mail) {
    AwaitUntil("the test to let the handler go", [&release] { return release.load(); });
    Answer(std::move(mail));
  };
  Cell slow("slow", 4, std::move(blocking), pool);
  Cell quick("quick", 4, std::make_unique<ProbeActor>(), pool);
  {
    ActorRef to_slow(slow);
    ActorRef to_quick(quick);
    AwaitUntil("both workers to sleep", [&pool] { return pool.sleeping() == 2; });
    EnvelopePtr mail = MakeMail(home, 1);
    ASSERT_TRUE(to_slow.TryPost(&mail));
    mail = MakeMail(home, 2);
    ASSERT_TRUE(to_quick.TryPost(&mail));
    pool.Publish();  // one wake for both
  }
  EXPECT_EQ(home.Wait("a wake that travels on to the other worker").slot.index(), 2u);
  release.store(true);
  EXPECT_EQ(home.Wait("the handler that blocked").slot.index(), 1u);
  pool.Stop();  // cells end after the threads that run them
}

// Two workers asleep, and an actor whose handlers hold one of them until Release().
class HeldWorkerTest : public ::testing::Test {
 protected:
  HeldWorkerTest() : pool(2) {
    auto actor = std::make_unique<ProbeActor>();
    probe = actor.get();
    cell = std::make_unique<Cell>("held", 128, std::move(actor), pool);
    AwaitUntil("both workers to sleep", [this] { return pool.sleeping() == 2; });
  }
  ~HeldWorkerTest() override {
    release.store(true);
    pool.Stop();
  }
  void Hold() const {
    AwaitUntil("the test to let the handler go", [this] { return release.load(); });
  }
  TimePoint In(int milliseconds) const {
    return pool.clock().Now() + std::chrono::milliseconds(milliseconds);
  }

  std::atomic<bool> release{false};
  AwaitedHome home;
  AwaitedHome answers;
  WorkerPool pool;
  ProbeActor* probe = nullptr;
  std::unique_ptr<Cell> cell;
};

// The worker that keeps the time fires the first timer and is held by what runs then:
// the other one must have been woken to keep the time of the second.
TEST_F(HeldWorkerTest, TheNextTimerFiresWhileTheFirstOnesHandlerBlocks) {
  probe->on_completion = [this](Completion) { Hold(); };
  pool.StartTimer(In(50), *cell, SlotId(SlotKind::kTimer, 0, 1, 1));
  pool.StartTimer(In(100), home, SlotId(SlotKind::kTimer, 0, 2, 1));
  EXPECT_EQ(home.Wait("a second worker that keeps the time").slot.index(), 2u);
}

// Its worker goes on with the same actor, which then blocks: another one is told of the
// timer between the two runs.
TEST_F(HeldWorkerTest, ATimerOfARunThatIsQueuedAgainFiresWhileTheNextRunBlocks) {
  probe->on_mail = [this](EnvelopePtr mail) {
    if (mail->method == 0) pool.StartTimer(In(50), home, SlotId(SlotKind::kTimer, 0, 7, 1));
    if (mail->method == Cell::kMailsPerRun) Hold();
    Answer(std::move(mail));
  };
  {
    ActorRef ref(*cell);
    for (uint32_t i = 0; i <= Cell::kMailsPerRun; ++i) {
      EnvelopePtr mail = MakeMail(answers, i);
      ASSERT_TRUE(ref.TryPost(&mail));
    }
  }
  pool.Publish();
  EXPECT_EQ(home.Wait("a second worker that keeps the time").slot.index(), 7u);
}

}  // namespace
}  // namespace mailroom::actors
