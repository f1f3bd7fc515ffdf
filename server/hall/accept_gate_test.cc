// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/accept_gate.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace mailroom::server {
namespace {

class CountingLoop final : public Home {
 public:
  void Post(Completion) noexcept override {}
  void Wake() noexcept override { wakes.fetch_add(1); }
  std::atomic<int> wakes{0};
};

TEST(AcceptGateTest, WhoTakesTheLastPlaceStopsAndGoesOnWhenOneIsFree) {
  AcceptGate gate(2);
  CountingLoop loop;
  AcceptGate::PerLoop& side = gate.Add(loop);
  EXPECT_FALSE(side.Enter());
  EXPECT_TRUE(side.Enter());
  EXPECT_TRUE(side.waiting());
  EXPECT_FALSE(side.GoOn());
  side.Leave();
  EXPECT_EQ(loop.wakes.load(), 1);
  EXPECT_TRUE(side.may_go_on());
  EXPECT_TRUE(side.GoOn());
  EXPECT_FALSE(side.waiting());
  EXPECT_FALSE(side.GoOn()) << "once";
}

TEST(AcceptGateTest, ALoopMayTakeEveryPlaceThereIs) {
  AcceptGate gate(4);
  CountingLoop busy;
  CountingLoop idle;
  AcceptGate::PerLoop& side = gate.Add(busy);
  gate.Add(idle);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(side.Enter());
  EXPECT_TRUE(side.Enter());
}

TEST(AcceptGateTest, APlaceThatOneLoopFreesWakesAnotherThatWaits) {
  AcceptGate gate(1);
  CountingLoop first;
  CountingLoop second;
  AcceptGate::PerLoop& a = gate.Add(first);
  AcceptGate::PerLoop& b = gate.Add(second);
  EXPECT_TRUE(a.Enter());
  EXPECT_TRUE(b.Enter()) << "one more than the limit: it could not know";
  a.Leave();
  EXPECT_FALSE(b.may_go_on()) << "still as many as may be";
  EXPECT_EQ(second.wakes.load(), 0);
  b.Leave();
  EXPECT_EQ(first.wakes.load(), 1);
  EXPECT_EQ(second.wakes.load(), 1);
  EXPECT_TRUE(a.GoOn());
  EXPECT_TRUE(b.GoOn());
}

TEST(AcceptGateTest, NobodyIsWokenWhileThereIsRoom) {
  AcceptGate gate(8);
  CountingLoop loop;
  AcceptGate::PerLoop& side = gate.Add(loop);
  for (int i = 0; i < 7; ++i) EXPECT_FALSE(side.Enter());
  for (int i = 0; i < 7; ++i) side.Leave();
  EXPECT_EQ(loop.wakes.load(), 0);
}

// Invariant 1, with threads: each takes and gives back places as fast as it can; who
// waits is woken in the end, or all would stand still.
TEST(AcceptGateTest, NoLoopWaitsForEverWhileThereIsRoom) {
  constexpr int kLoops = 3;
  constexpr int kRounds = 20'000;
  AcceptGate gate(2);
  std::vector<CountingLoop> loops(kLoops);
  std::vector<AcceptGate::PerLoop*> sides;
  for (CountingLoop& loop : loops) sides.push_back(&gate.Add(loop));
  std::vector<std::thread> threads;
  for (int i = 0; i < kLoops; ++i) {
    threads.emplace_back([&, i] {
      AcceptGate::PerLoop& side = *sides[static_cast<size_t>(i)];
      CountingLoop& loop = loops[static_cast<size_t>(i)];
      for (int round = 0; round < kRounds; ++round) {
        const int seen = loop.wakes.load();
        const bool stops = side.Enter();
        side.Leave();
        // Sleeps until it is woken, or sees at once that it may go on.
        while (stops && !side.GoOn()) {
          while (loop.wakes.load() == seen && !side.may_go_on()) std::this_thread::yield();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (AcceptGate::PerLoop* side : sides) EXPECT_FALSE(side->waiting());
}

}  // namespace
}  // namespace mailroom::server
