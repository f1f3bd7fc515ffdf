// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/gate.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/testing/bounded_wait.h"
#include "mailroom/base/thread.h"

namespace mailroom {
namespace {

TEST(GateTest, CountsWhatIsInside) {
  Gate gate;
  EXPECT_EQ(gate.count(), 0u);
  {
    const Gate::Token first = gate.TryEnter();
    const Gate::Token second = gate.TryEnter();
    EXPECT_TRUE(first);
    EXPECT_EQ(gate.count(), 2u);
  }
  EXPECT_EQ(gate.count(), 0u);
  EXPECT_FALSE(gate.drained());
}

TEST(GateTest, Invariant1_AClosedGateRefuses) {
  Gate gate;
  const Gate::Token inside = gate.TryEnter();
  gate.Close();
  EXPECT_TRUE(gate.closed());
  EXPECT_FALSE(gate.TryEnter());
  EXPECT_EQ(gate.count(), 1u);
}

TEST(GateTest, Invariant2_DrainedAfterTheLastHasLeft) {
  Gate gate;
  Gate::Token first = gate.TryEnter();
  Gate::Token second = gate.TryEnter();
  gate.Close();
  first = Gate::Token();
  EXPECT_FALSE(gate.drained());
  second = Gate::Token();
  EXPECT_TRUE(gate.drained());
  gate.Close();
  EXPECT_TRUE(gate.drained());
}

TEST(GateTest, Invariant2_AnEmptyGateIsDrainedByClosing) {
  Gate gate;
  gate.Close();
  EXPECT_TRUE(gate.drained());
  gate.Wait();
}

TEST(GateTest, ATokenLeavesOnce) {
  Gate gate;
  Gate::Token first = gate.TryEnter();
  Gate::Token second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT: the promise that is tested
  first = std::move(second);
  Gate::Token& alias = first;
  first = std::move(alias);
  EXPECT_EQ(gate.count(), 1u);
  first = gate.TryEnter();
  EXPECT_EQ(gate.count(), 1u);
}

TEST(GateTest, AWaitGivesUpAtItsDeadline) {
  Gate gate;
  const Gate::Token inside = gate.TryEnter();
  gate.Close();
  EXPECT_FALSE(gate.WaitUntil(TimePoint()));
}

// Invariant 3: the gate dies the moment it is drained, while the last thread may
// still be on its way out of it. ASan and TSan watch.
TEST(GateTest, Invariant3_MayBeDestroyedOnceWaitReturned) {
  for (int round = 0; round < 300; ++round) {
    auto gate = std::make_unique<Gate>();
    std::vector<Thread> threads;
    for (int i = 0; i < 3; ++i) {
      auto token = std::make_shared<Gate::Token>(gate->TryEnter());
      threads.emplace_back("worker", [token = std::move(token)]() mutable { token.reset(); });
    }
    gate->Close();
    gate->Wait();
    EXPECT_EQ(gate->count(), 0u);
    gate.reset();
  }
}

TEST(GateTest, Invariant3_MayBeDestroyedOnceSeenDrained) {
  std::atomic<Gate*> handed_over{nullptr};
  std::atomic<bool> stop{false};
  Thread worker("worker", [&] {
    Gate::Token token;
    while (!stop) {
      if (Gate* gate = handed_over.exchange(nullptr)) {
        token = gate->TryEnter();
        gate->Close();
        token = Gate::Token();
      } else {
        std::this_thread::yield();
      }
    }
  });
  for (int round = 0; round < 500; ++round) {
    auto gate = std::make_unique<Gate>();
    handed_over = gate.get();
    testing::AwaitUntil("the gate to drain", [&gate] { return gate->drained(); });
    EXPECT_EQ(gate->count(), 0u);
  }
  stop = true;
}

}  // namespace
}  // namespace mailroom
