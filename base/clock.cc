// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/clock.h"

#include <algorithm>

#include "mailroom/base/check.h"

namespace mailroom {
namespace {

class SystemClock final : public Clock {
 public:
  TimePoint Now() const override { return std::chrono::steady_clock::now(); }
  WallTime WallNow() const override { return std::chrono::system_clock::now(); }
};

// Not zero, so that a time of day or a moment before "now" can be spoken of:
// 2024-01-01T00:00:00Z, and a steady clock that has run for a day.
constexpr Duration kFakeWallStart = std::chrono::seconds(1'704'067'200);
constexpr Duration kFakeSteadyStart = std::chrono::hours(24);

}  // namespace

const Clock& Clock::System() {
  static const SystemClock clock;
  return clock;
}

TimePoint DeadlineIn(TimePoint now, Duration timeout) {
  if (timeout <= Duration::zero()) return now;
  return kForever - now <= timeout ? kForever : now + timeout;
}

bool Expired(TimePoint now, TimePoint deadline) { return deadline != kForever && now >= deadline; }

Duration Remaining(TimePoint now, TimePoint deadline) {
  if (deadline == kForever) return Duration::max();
  return std::max(deadline - now, Duration::zero());
}

FakeClock::FakeClock() : steady_(kFakeSteadyStart.count()), wall_(kFakeWallStart.count()) {}

void FakeClock::Advance(Duration by) {
  MAILROOM_CHECK(by >= Duration::zero());
  steady_ += by.count();
  wall_ += by.count();
}

}  // namespace mailroom
