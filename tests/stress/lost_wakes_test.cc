// SPDX-License-Identifier: Apache-2.0
// Ten million posts through mailbox and eventcount, with pauses of random length on
// both sides so that workers fall asleep at every possible moment: none is lost.
// (server/doorbell_stress_test does the same for the I/O actor's mailbox.)
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/actors/cell.h"
#include "mailroom/actors/testing/probe_actor.h"
#include "mailroom/actors/worker_pool.h"
#include "mailroom/base/random.h"
#include "mailroom/base/testing/bounded_wait.h"
#include "mailroom/tests/integration/scale.h"

namespace mailroom::tests {
namespace {

constexpr int kPosters = 2;

// Now and then nothing, mostly; else up to some microseconds of it.
class Dawdler {
 public:
  explicit Dawdler(uint64_t seed) : random_(seed) {}
  void MaybePause() {
    const uint64_t dice = random_.Next() % 4096;
    if (dice == 0) std::this_thread::yield();
    if (dice >= 64) return;
    for (uint64_t i = random_.Next() % 4000; i > 0; --i) {
      asm volatile("");  // an empty loop that stays
    }
  }

 private:
  Random random_;
};

// Counts what comes home.
class CountingHome final : public Home {
 public:
  void Post(Completion) noexcept override {
    // relaxed: a count; the test's end synchronises by joining.
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  int64_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> count_{0};
};

class LostWakesTest : public ::testing::TestWithParam<int> {};

TEST_P(LostWakesTest, EveryMailAndCompletionIsHandled) {
  const int64_t posts = Scaled(2500000);  // four widths: ten million
  CountingHome home;
  std::atomic<int64_t> settled{0};
  actors::WorkerPool pool(GetParam());
  auto actor = std::make_unique<actors::testing::ProbeActor>();
  auto dawdler = std::make_unique<Dawdler>(99);
  actor->on_mail = [&dawdler](actors::EnvelopePtr mail) {
    dawdler->MaybePause();
    actors::Answer(std::move(mail));
  };
  actor->on_completion = [&settled](Completion) {
    settled.fetch_add(1, std::memory_order_relaxed);
  };
  actor->keep_notes = false;
  actors::Cell cell("stressed", 1024, std::move(actor), pool);
  std::atomic<int64_t> completions{0};
  std::vector<std::thread> posters;
  for (int p = 0; p < kPosters; ++p) {
    posters.emplace_back([&, p] {
      Dawdler dawdle(static_cast<uint64_t>(p) + 1);
      actors::ActorRef ref(cell);
      for (int64_t i = 0; i < posts / kPosters; ++i) {
        if (i % 8 == 7) {
          cell.Post(Completion{SlotId(SlotKind::kTimer, 0, 1, 1), nullptr});
          completions.fetch_add(1, std::memory_order_relaxed);
        } else {
          actors::EnvelopePtr mail = actors::testing::MakeMail(home, 1);
          while (!ref.TryPost(&mail)) {
            pool.Publish();
            std::this_thread::yield();
          }
          pool.Publish();
        }
        dawdle.MaybePause();
      }
    });
  }
  for (std::thread& poster : posters) poster.join();
  // Nobody posts any more: whatever still sleeps over work sleeps for ever.
  const int64_t expected = posts / kPosters * kPosters;
  testing::AwaitUntil("a worker to run what was posted last",
                      [&] { return home.count() + settled.load() >= expected; });
  EXPECT_EQ(settled.load(), completions.load());
  EXPECT_EQ(home.count(), expected - completions.load());
  pool.Stop();
}

INSTANTIATE_TEST_SUITE_P(Workers, LostWakesTest, ::testing::Values(1, 2, 4, 8));

}  // namespace
}  // namespace mailroom::tests
