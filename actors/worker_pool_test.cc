// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/worker_pool.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/actors/cell.h"
#include "mailroom/actors/testing/probe_actor.h"
#include "mailroom/base/mutex.h"
#include "mailroom/base/run_blocking.h"

namespace mailroom::actors {
namespace {

using testing::MakeMail;
using testing::ProbeActor;

class WorkerPoolTest : public ::testing::TestWithParam<int> {};

// S2: mails go to a pool of workers; FIFO for each sender, whoever runs them.
TEST_P(WorkerPoolTest, S2_RunsEveryMailInTheSendersOrder) {
  constexpr uint32_t kMails = 5000;
  BlockingHome home;
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
  for (uint32_t i = 0; i < kMails; ++i) static_cast<void>(home.Wait());
  pool.Stop();
  ASSERT_EQ(order.size(), kMails);
  for (uint32_t i = 0; i < kMails; ++i) ASSERT_EQ(order[i], i);
}

TEST_P(WorkerPoolTest, TimersPostTheirCompletion) {
  BlockingHome home;
  WorkerPool pool(GetParam());
  const TimePoint now = pool.clock().Now();
  const TimerId cancelled =
      pool.StartTimer(now + std::chrono::hours(1), home, SlotId(SlotKind::kTimer, 0, 9, 1));
  pool.StartTimer(now + std::chrono::milliseconds(3), home, SlotId(SlotKind::kTimer, 0, 2, 1));
  pool.StartTimer(now + std::chrono::milliseconds(1), home, SlotId(SlotKind::kTimer, 0, 1, 1));
  pool.CancelTimer(cancelled);
  EXPECT_EQ(home.Wait().slot.index(), 1u);
  EXPECT_EQ(home.Wait().slot.index(), 2u);
}

TEST_P(WorkerPoolTest, StopJoinsWithWorkLeft) {
  BlockingHome home;
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
  EXPECT_EQ(home.Wait().slot.index(), 1u) << "went home as dropped";
}

INSTANTIATE_TEST_SUITE_P(Workers, WorkerPoolTest, ::testing::Values(1, 2, 8));

// A handler that blocks holds its worker only: the other one runs the rest, and
// wakes travel on from worker to worker.
TEST(WorkerPoolTest, ABlockedWorkerDoesNotHoldTheOthers) {
  BlockingHome home;
  WorkerPool pool(2);
  std::atomic<bool> release{false};
  auto blocking = std::make_unique<ProbeActor>();
  blocking->on_mail = [&release](EnvelopePtr mail) {
    while (!release.load()) std::this_thread::yield();
    Answer(std::move(mail));
  };
  Cell slow("slow", 4, std::move(blocking), pool);
  Cell quick("quick", 4, std::make_unique<ProbeActor>(), pool);
  {
    ActorRef to_slow(slow);
    ActorRef to_quick(quick);
    while (pool.sleeping() < 2) std::this_thread::yield();
    EnvelopePtr mail = MakeMail(home, 1);
    ASSERT_TRUE(to_slow.TryPost(&mail));
    mail = MakeMail(home, 2);
    ASSERT_TRUE(to_quick.TryPost(&mail));
    pool.Publish();  // one wake for both
  }
  EXPECT_EQ(home.Wait().slot.index(), 2u);
  release.store(true);
  EXPECT_EQ(home.Wait().slot.index(), 1u);
  pool.Stop();  // cells end after the threads that run them
}

}  // namespace
}  // namespace mailroom::actors
