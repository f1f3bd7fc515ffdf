// SPDX-License-Identifier: Apache-2.0
// The I/O actor's mailbox and doorbell under random pauses: no post stays behind
// while the loop sleeps, and no sleep costs more than one wake.
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/actors/mailbox.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/mutex.h"
#include "mailroom/base/random.h"
#include "mailroom/base/sanitizers.h"
#include "mailroom/base/testing/bounded_wait.h"
#include "mailroom/server/hall/doorbell.h"

namespace mailroom::server {
namespace {

constexpr int kPosts = kSanitized ? 500000 : 10000000;
constexpr int kPosters = 2;

// What an eventfd is to the loop: a level that a wait consumes.
class Level {
 public:
  void Raise() {
    MutexLock lock(mutex_);
    raised_ = true;
    changed_.NotifyOne();
  }
  void Wait() {
    const TimePoint bound = Clock::System().Now() + testing::kWaitBound;
    MutexLock lock(mutex_);
    while (!raised_) {
      if (!changed_.WaitUntil(mutex_, bound) && !raised_) testing::WaitedInVain("a post's wake");
    }
    raised_ = false;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool raised_ MAILROOM_GUARDED_BY(mutex_) = false;
};

TEST(DoorbellStressTest, NothingStaysBehindWhileTheLoopSleeps) {
  actors::Mailbox<Completion> mailbox(actors::Mailbox<Completion>::kUnbounded);
  Doorbell doorbell;
  Level level;
  std::atomic<int64_t> wakes{0};
  std::vector<std::thread> posters;
  for (int p = 0; p < kPosters; ++p) {
    posters.emplace_back([&, p] {
      Random random(static_cast<uint64_t>(p) + 5);
      for (int i = 0; i < kPosts / kPosters; ++i) {
        mailbox.Post(Completion{SlotId(SlotKind::kCall, 0, 1, 1), nullptr});
        if (doorbell.Ring()) {
          wakes.fetch_add(1, std::memory_order_relaxed);
          level.Raise();
        }
        if (random.Next() % 512 == 0) std::this_thread::yield();
      }
    });
  }
  int64_t announced = 0;
  Completion completion;
  for (int taken = 0; taken < kPosts;) {
    while (mailbox.TryTake(&completion)) ++taken;
    doorbell.Sleep();
    ++announced;
    if (mailbox.depth() == 0 && taken < kPosts) {
      level.Wait();  // in vain, if a post was missed
    }
    doorbell.Awake();
  }
  for (std::thread& poster : posters) poster.join();
  EXPECT_LE(wakes.load(), announced) << "at most one wake for each sleep";
}

TEST(DoorbellTest, AnAwakeLoopIsNotWoken) {
  Doorbell doorbell;
  EXPECT_FALSE(doorbell.Ring());
  doorbell.Sleep();
  EXPECT_TRUE(doorbell.Ring());
  EXPECT_FALSE(doorbell.Ring()) << "once for a sleep";
  doorbell.Awake();
  EXPECT_FALSE(doorbell.Ring());
}

}  // namespace
}  // namespace mailroom::server
