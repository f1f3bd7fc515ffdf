// SPDX-License-Identifier: Apache-2.0
// A timer armed late missed its keeper. A worker read the nearest deadline and went
// to sleep; between the two another worker armed an earlier timer, found nobody
// parked, and woke nobody: the timer fired when somebody happened to wake. Found by
// the model of the eventcount. A timekeeper's notice now moves the epoch, too.
#include <chrono>

#include <gtest/gtest.h>

#include "mailroom/actors/parking.h"
#include "mailroom/base/clock.h"

namespace mailroom::actors {
namespace {

TEST(LateTimerTest, ANoticeBetweenTicketAndParkLetsNobodySleep) {
  Parking parking;
  Parking::Spot& spot = parking.MakeSpot();
  const uint64_t ticket = parking.Ticket();
  parking.NotifyTimekeeper(Clock::System().Now());
  const TimePoint bound = Clock::System().Now() + std::chrono::seconds(10);
  parking.Park(spot, ticket, bound);
  EXPECT_LT(Clock::System().Now(), bound) << "the notice was lost: the worker slept";
  EXPECT_EQ(parking.parked(), 0u);
}

}  // namespace
}  // namespace mailroom::actors
