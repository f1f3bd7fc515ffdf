// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/parking.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace mailroom::actors {
namespace {

// A bare loop, so that a test waits for a state and not for a time.
template <class Done>
void Await(Done done) {
  while (!done()) std::this_thread::yield();
}

TEST(ParkingTest, ANotifyAfterTheTicketLetsNobodySleep) {
  Parking parking;
  Parking::Spot& spot = parking.MakeSpot();
  const uint64_t ticket = parking.Ticket();
  parking.Notify();
  parking.Park(spot, ticket, kForever);  // would hang
  EXPECT_FALSE(parking.anyone_parked());
}

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
  std::atomic<int> awake{0};
  std::vector<std::thread> sleepers;
  for (int i = 0; i < 2; ++i) {
    sleepers.emplace_back([&] {
      Parking::Spot& spot = parking.MakeSpot();
      parking.Park(spot, parking.Ticket(), kForever);
      ++awake;
      parking.Notify();  // and that one wakes the other
    });
  }
  Await([&] { return parking.parked() == 2; });
  parking.Notify();
  for (std::thread& sleeper : sleepers) sleeper.join();
  EXPECT_EQ(awake.load(), 2);
}

// Whoever of the two parked last.
TEST(ParkingTest, WhoeverKeepsNoTimeIsWokenFirst) {
  const TimePoint late = Clock::System().Now() + std::chrono::hours(1);
  for (const bool keeper_first : {true, false}) {
    Parking parking;
    std::atomic<bool> keeper_awake{false};
    std::atomic<bool> other_awake{false};
    const auto park = [&parking](TimePoint until, std::atomic<bool>* awake) {
      const size_t before = parking.parked();
      std::thread sleeper([&parking, until, awake] {
        Parking::Spot& spot = parking.MakeSpot();
        parking.Park(spot, parking.Ticket(), until);
        awake->store(true);
      });
      Await([&] { return parking.parked() == before + 1; });
      return sleeper;
    };
    std::thread keeper;
    if (keeper_first) keeper = park(late, &keeper_awake);
    std::thread other = park(kForever, &other_awake);
    if (!keeper_first) keeper = park(late, &keeper_awake);
    EXPECT_EQ(parking.kept_deadline(), late);

    parking.Notify();
    other.join();
    EXPECT_FALSE(keeper_awake.load());
    EXPECT_EQ(parking.parked(), 1u);

    parking.NotifyTimekeeper(late);
    EXPECT_EQ(parking.parked(), 1u) << "somebody keeps that time already";
    parking.NotifyTimekeeper(late - std::chrono::minutes(1));
    keeper.join();
  }
}

TEST(ParkingTest, NotifyAllWakesAll) {
  Parking parking;
  std::vector<std::thread> sleepers;
  for (int i = 0; i < 4; ++i) {
    sleepers.emplace_back([&] {
      Parking::Spot& spot = parking.MakeSpot();
      parking.Park(spot, parking.Ticket(), kForever);
    });
  }
  Await([&] { return parking.parked() == 4; });
  parking.NotifyAll();
  for (std::thread& sleeper : sleepers) sleeper.join();
  EXPECT_FALSE(parking.anyone_parked());
}

}  // namespace
}  // namespace mailroom::actors
