// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>

// Clock: the seam through which every room reads time.
//
// TimePoint is steady time (deadlines, timers); WallTime is the time of day (logs, the
// Date header). The loop reads the clock once per turn and all code on it uses
// `loop.now()`. Outside base/, the log and bench/ no code reads a clock of the system.
namespace mailroom {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

// "Never": later than any deadline.
inline constexpr TimePoint kForever = TimePoint::max();

class Clock {
 public:
  // Any thread.
  virtual TimePoint Now() const = 0;
  virtual WallTime WallNow() const = 0;

  // The machine's clock; lives for ever.
  static const Clock& System();

 protected:
  ~Clock() = default;
};

// S14: a deadline `timeout` from now (kForever when that would overflow),
// whether it has passed, and what is left of it, floored at zero.
TimePoint DeadlineIn(TimePoint now, Duration timeout);
bool Expired(TimePoint now, TimePoint deadline);
Duration Remaining(TimePoint now, TimePoint deadline);

// A clock that stands still until told: for tests and simulation.
class FakeClock final : public Clock {
 public:
  FakeClock();
  TimePoint Now() const override { return TimePoint(Duration(steady_.load())); }
  WallTime WallNow() const override { return WallTime(Duration(wall_.load())); }
  // Any thread. Both times move together.
  void Advance(Duration by);

 private:
  std::atomic<Duration::rep> steady_;
  std::atomic<Duration::rep> wall_;
};

}  // namespace mailroom
