// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/turns.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/random.h"

namespace mailroom::services {
namespace {

// A resumption that is known by its number.
Completion Numbered(uint32_t number, ParcelPtr parcel = nullptr) {
  return Completion{SlotId(SlotKind::kSuspension, 0, number, 1), std::move(parcel)};
}
// The number of what steps; -1 for nothing.
int64_t NumberOf(const std::optional<Completion>& resumption) {
  return resumption ? int64_t{resumption->slot.index()} : -1;
}

// Tells when it is destroyed.
class Marker final : public Parcel {
 public:
  explicit Marker(bool* gone) : Parcel(ParcelKind::kResult), gone_(gone) {}
  ~Marker() override { *gone_ = true; }

 private:
  bool* const gone_;
};

constexpr auto kExclusive = Turn::Kind::kExclusive;
constexpr auto kConcurrent = Turn::Kind::kConcurrent;

TEST(TurnsTest, ConcurrentCallsStepAtOnce) {
  Turns turns(8);
  Turn a(turns, kConcurrent);
  Turn b(turns, kConcurrent);
  EXPECT_EQ(NumberOf(turns.Arrive(b, Numbered(2))), 2);
  EXPECT_EQ(NumberOf(turns.Arrive(a, Numbered(1))), 1);
  EXPECT_FALSE(turns.owes_step());
}

// Invariant 1.
TEST(TurnsTest, AnExclusiveCallBeginsBesideSuspendedOnesAndThenIsAlone) {
  Turns turns(8);
  Turn sleeper(turns, kConcurrent);
  ASSERT_TRUE(turns.may_begin());
  std::optional<Turn> writer(std::in_place, turns, kExclusive);
  EXPECT_FALSE(turns.may_begin());
  EXPECT_EQ(NumberOf(turns.Arrive(sleeper, Numbered(1))), -1);
  EXPECT_FALSE(turns.owes_step()) << "not before the exclusive one has ended";
  EXPECT_EQ(NumberOf(turns.TakeKept()), -1);
  EXPECT_EQ(NumberOf(turns.Arrive(*writer, Numbered(2))), 2) << "its own";
  writer.reset();
  EXPECT_TRUE(turns.owes_step());
  EXPECT_EQ(NumberOf(turns.TakeKept()), 1);
  EXPECT_TRUE(turns.may_begin());
}

// Invariants 2 and 3.
TEST(TurnsTest, WhatArrivesBehindKeptOnesStepsBehindThem) {
  Turns turns(8);
  Turn a(turns, kConcurrent);
  Turn b(turns, kConcurrent);
  Turn c(turns, kConcurrent);
  {
    const Turn writer(turns, kExclusive);
    EXPECT_EQ(NumberOf(turns.Arrive(a, Numbered(1))), -1);
    EXPECT_EQ(NumberOf(turns.Arrive(b, Numbered(2))), -1);
  }
  EXPECT_FALSE(turns.may_begin()) << "a and b step first";
  EXPECT_EQ(NumberOf(turns.Arrive(c, Numbered(3))), 1) << "one comes, the oldest goes";
  EXPECT_FALSE(turns.may_begin());
  EXPECT_EQ(NumberOf(turns.TakeKept()), 2);
  EXPECT_TRUE(turns.may_begin()) << "no exclusive call held c up";
  EXPECT_EQ(NumberOf(turns.Arrive(a, Numbered(4))), 3);
  EXPECT_EQ(NumberOf(turns.TakeKept()), 4);
  EXPECT_EQ(NumberOf(turns.TakeKept()), -1);
  EXPECT_TRUE(turns.may_begin());
  EXPECT_EQ(NumberOf(turns.Arrive(a, Numbered(5))), 5);
}

// Invariant 3, for one that arrived when no exclusive call was in flight.
TEST(TurnsTest, AKeptOneIsHeldUpByOneExclusiveCallAtMost) {
  Turns turns(8);
  Turn a(turns, kConcurrent);
  Turn b(turns, kConcurrent);
  {
    const Turn writer(turns, kExclusive);
    EXPECT_EQ(NumberOf(turns.Arrive(a, Numbered(1))), -1);
  }
  EXPECT_EQ(NumberOf(turns.Arrive(b, Numbered(2))), 1);
  {
    const Turn writer(turns, kExclusive);
    EXPECT_EQ(NumberOf(turns.TakeKept()), -1);
  }
  EXPECT_FALSE(turns.may_begin()) << "b steps first";
  EXPECT_EQ(NumberOf(turns.TakeKept()), 2);
  EXPECT_TRUE(turns.may_begin());
}

// Invariant 4: as many steps as were kept open the mail, however they came about.
TEST(TurnsTest, CallsThatYieldForEverDoNotKeepTheMailOut) {
  constexpr uint32_t kCalls = 200;
  Turns turns(kCalls + 1);
  std::vector<std::unique_ptr<Turn>> yielders;
  for (uint32_t i = 0; i < kCalls; ++i) {
    yielders.push_back(std::make_unique<Turn>(turns, kConcurrent));
  }
  {
    const Turn writer(turns, kExclusive);
    for (uint32_t i = 0; i < kCalls; ++i) {
      EXPECT_EQ(NumberOf(turns.Arrive(*yielders[i], Numbered(i))), -1);
    }
  }
  // What an actor's completions hold: its own one for the next kept step, and the
  // resumptions of those that have stepped and yielded.
  constexpr uint32_t kTake = kCalls;
  std::deque<uint32_t> posted = {kTake};
  uint32_t steps = 0;
  for (; !turns.may_begin(); ++steps) {
    ASSERT_LT(steps, kCalls);
    const uint32_t next = posted.front();
    posted.pop_front();
    const int64_t stepped =
        NumberOf(next == kTake ? turns.TakeKept() : turns.Arrive(*yielders[next], Numbered(next)));
    ASSERT_EQ(stepped, steps) << "in the order in which they were kept";
    if (next == kTake) posted.push_back(kTake);
    posted.push_back(static_cast<uint32_t>(stepped));
  }
  EXPECT_EQ(steps, kCalls);
}

// Invariant 5.
TEST(TurnsTest, ASecondResumptionOfOneCallIsDropped) {
  Turns turns(8);
  Turn a(turns, kConcurrent);
  bool gone = false;
  {
    const Turn writer(turns, kExclusive);
    EXPECT_EQ(NumberOf(turns.Arrive(a, Numbered(1))), -1);
    EXPECT_EQ(NumberOf(turns.Arrive(a, Numbered(1, std::make_unique<Marker>(&gone)))), -1);
    EXPECT_TRUE(gone);
  }
  EXPECT_EQ(NumberOf(turns.TakeKept()), 1);
  EXPECT_EQ(NumberOf(turns.TakeKept()), -1);
}

// Invariant 6, for the first, one in the middle and the last.
TEST(TurnsTest, AKeptResumptionDiesWithItsCall) {
  for (size_t dies = 0; dies < 3; ++dies) {
    Turns turns(8);
    std::optional<Turn> calls[3];
    bool gone[3] = {};
    for (auto& call : calls) call.emplace(turns, kConcurrent);
    {
      const Turn writer(turns, kExclusive);
      for (uint32_t i = 0; i < 3; ++i) {
        EXPECT_EQ(
            NumberOf(turns.Arrive(*calls[i], Numbered(i, std::make_unique<Marker>(&gone[i])))), -1);
      }
      calls[dies].reset();
      for (size_t i = 0; i < 3; ++i) EXPECT_EQ(gone[i], i == dies);
      EXPECT_EQ(turns.in_flight(), 3u);
    }
    for (uint32_t i = 0; i < 3; ++i) {
      if (i != dies) {
        EXPECT_EQ(NumberOf(turns.TakeKept()), i);
      }
    }
    EXPECT_FALSE(turns.owes_step());
    EXPECT_TRUE(turns.may_begin());
  }
}

// Invariant 7.
TEST(TurnsTest, NoMoreThanMaxInFlight) {
  Turns turns(2);
  Turn a(turns, kConcurrent);
  std::optional<Turn> b(std::in_place, turns, kConcurrent);
  EXPECT_FALSE(turns.may_begin()) << "an exclusive one neither";
  b.reset();
  EXPECT_TRUE(turns.may_begin());
}

TEST(TurnsDeathTest, ACallThatMayNotBeginIsABug) {
  Turns turns(1);
  Turn a(turns, kConcurrent);
  EXPECT_DEATH(Turn(turns, kConcurrent), "may_begin");
}

#ifndef NDEBUG
// Invariant 5.
TEST(TurnsDeathTest, ACallWithTwoSuspensionsIsABug) {
  Turns turns(8);
  Turn a(turns, kConcurrent);
  const Turn writer(turns, kExclusive);
  EXPECT_EQ(NumberOf(turns.Arrive(a, Numbered(1))), -1);
  EXPECT_DEATH(static_cast<void>(turns.Arrive(a, Numbered(2))), "resumption.slot");
}
#endif

// Against a model that keeps all in one list, over calls that begin, step, wait again
// and end in any order.
TEST(TurnsTest, AnyOrderOfBeginsArrivalsAndEnds) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    Random random(seed);
    Turns turns(6);
    struct Live {
      std::unique_ptr<Turn> turn;
      bool exclusive;
      bool kept;
      uint32_t number;
    };
    std::vector<Live> live;
    std::deque<uint32_t> kept;
    size_t owed = 0;  // of the oldest
    uint32_t begun = 0;
    const auto stepped = [&](const std::optional<Completion>& resumption) {
      ASSERT_FALSE(kept.empty());
      ASSERT_EQ(NumberOf(resumption), kept.front());
      for (Live& call : live) {
        if (call.number == kept.front()) call.kept = false;
      }
      kept.pop_front();
      if (owed > 0) --owed;
    };
    for (int move = 0; move < 100 && !::testing::Test::HasFailure(); ++move) {
      bool alone = false;
      for (const Live& call : live) alone = alone || call.exclusive;
      ASSERT_EQ(turns.may_begin(), !alone && owed == 0 && live.size() < 6);
      ASSERT_EQ(turns.owes_step(), !alone && !kept.empty());
      const uint32_t what = random.Below(4);
      if (what == 0 && turns.may_begin()) {
        const bool exclusive = random.Below(3) == 0;
        live.push_back(Live{std::make_unique<Turn>(turns, exclusive ? kExclusive : kConcurrent),
                            exclusive, false, ++begun});
      } else if (what == 1 && turns.owes_step()) {
        stepped(turns.TakeKept());
      } else if (!live.empty()) {
        const uint32_t at = random.Below(static_cast<uint32_t>(live.size()));
        Live& call = live[at];
        if (what == 2) {
          const auto place = std::find(kept.begin(), kept.end(), call.number);
          if (place != kept.end()) {
            const bool was_owed = static_cast<size_t>(place - kept.begin()) < owed;
            if (was_owed) --owed;
            kept.erase(place);
          }
          if (call.exclusive) owed = kept.size();
          live.erase(live.begin() + at);
        } else if (!call.kept) {
          const bool waits = !call.exclusive && (alone || !kept.empty());
          const auto next = turns.Arrive(*call.turn, Numbered(call.number));
          if (!waits) {
            ASSERT_EQ(NumberOf(next), call.number);
          } else {
            call.kept = true;
            kept.push_back(call.number);
            if (alone) {
              ASSERT_EQ(NumberOf(next), -1);
            } else {
              stepped(next);
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace mailroom::services
