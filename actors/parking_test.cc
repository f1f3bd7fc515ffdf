// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/parking.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <optional>
#include <ostream>
#include <thread>

#include <gtest/gtest.h>

#include "mailroom/base/clock.h"
#include "mailroom/base/testing/bounded_wait.h"

namespace mailroom::actors {
namespace {

using mailroom::testing::AwaitUntil;

// A worker that sleeps, on a thread of its own; Join() is bounded.
class Sleeper final {
 public:
  // Returns when it is parked.
  explicit Sleeper(Parking& parking, TimePoint until = kForever) {
    const size_t before = parking.parked();
    thread_ = std::thread([this, &parking, until] {
      Parking::Spot& spot = parking.MakeSpot();
      parking.Park(spot, parking.Ticket(), until);
      awake_.store(true);
    });
    AwaitUntil("a worker to park", [&] { return parking.parked() == before + 1; });
  }
  bool awake() const { return awake_.load(); }
  void Join() {
    AwaitUntil("a worker to be woken", [this] { return awake(); });
    thread_.join();
  }

 private:
  std::atomic<bool> awake_{false};
  std::thread thread_;
};

// Whatever came after the ticket: the worker's look at its queue was before it.
struct Waking {
  const char* name;
  void (*wake)(Parking&);

  friend void PrintTo(const Waking& waking, std::ostream* out) { *out << waking.name; }
};

class AfterTheTicketTest : public ::testing::TestWithParam<Waking> {};

TEST_P(AfterTheTicketTest, ItLetsNobodySleep) {
  Parking parking;
  Parking::Spot& spot = parking.MakeSpot();
  const uint64_t ticket = parking.Ticket();
  GetParam().wake(parking);
  const TimePoint bound = Clock::System().Now() + std::chrono::seconds(10);
  parking.Park(spot, ticket, bound);
  EXPECT_LT(Clock::System().Now(), bound) << GetParam().name << " was lost: the worker slept";
  EXPECT_FALSE(parking.anyone_parked());
}

INSTANTIATE_TEST_SUITE_P(Each, AfterTheTicketTest,
                         ::testing::Values(Waking{"Notify", [](Parking& p) { p.Notify(); }},
                                           Waking{"NotifyAll", [](Parking& p) { p.NotifyAll(); }},
                                           Waking{"NotifyTimekeeper",
                                                  [](Parking& p) {
                                                    p.NotifyTimekeeper(Clock::System().Now());
                                                  }}),
                         [](const auto& given) { return given.param.name; });

TEST(ParkingTest, ANotifyBeforeTheTicketDoesNotCount) {
  Parking parking;
  Parking::Spot& spot = parking.MakeSpot();
  parking.Notify();
  const TimePoint deadline = Clock::System().Now() + std::chrono::milliseconds(1);
  parking.Park(spot, parking.Ticket(), deadline);
  EXPECT_GE(Clock::System().Now(), deadline) << "it slept to its deadline";
  EXPECT_FALSE(parking.anyone_parked());
}

TEST(ParkingTest, ANotifyWakesOneThatSleeps) {
  Parking parking;
  Sleeper one(parking);
  Sleeper other(parking);
  parking.Notify();
  AwaitUntil("one of two to be woken", [&] { return one.awake() || other.awake(); });
  EXPECT_EQ(parking.parked(), 1u);
  parking.Notify();
  one.Join();
  other.Join();
  EXPECT_FALSE(parking.anyone_parked());
}

// Whoever of the two parked last.
TEST(ParkingTest, WhoeverKeepsNoTimeIsWokenFirst) {
  const TimePoint late = Clock::System().Now() + std::chrono::hours(1);
  for (const bool keeper_first : {true, false}) {
    Parking parking;
    std::optional<Sleeper> keeper;
    if (keeper_first) keeper.emplace(parking, late);
    Sleeper other(parking);
    if (!keeper_first) keeper.emplace(parking, late);
    EXPECT_EQ(parking.kept_deadline(), late);

    parking.Notify();
    other.Join();
    EXPECT_FALSE(keeper->awake());
    EXPECT_EQ(parking.parked(), 1u);

    parking.NotifyTimekeeper(late);
    EXPECT_EQ(parking.parked(), 1u) << "somebody keeps that time already";
    parking.NotifyTimekeeper(late - std::chrono::minutes(1));
    keeper->Join();
  }
}

TEST(ParkingTest, NotifyAllWakesAll) {
  Parking parking;
  std::deque<Sleeper> sleepers;
  for (int i = 0; i < 4; ++i) sleepers.emplace_back(parking);
  parking.NotifyAll();
  for (Sleeper& sleeper : sleepers) sleeper.Join();
  EXPECT_FALSE(parking.anyone_parked());
}

}  // namespace
}  // namespace mailroom::actors
