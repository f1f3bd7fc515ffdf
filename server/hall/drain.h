// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "mailroom/base/clock.h"

// Drain: how a server ends. A small state machine; the I/O actor does the work.
//
//   serving -> delaying (readyz says 503, answers say Connection: close, everything is
//              served; --drain-delay)
//           -> draining (nothing is accepted, new calls are shed, idle connections are
//              closed; --drain-timeout)
//           -> done     (nothing is left, or the timeout has passed)
//
// Loop thread only.
namespace mailroom::server {

class Drain final {
 public:
  enum class Phase { kServing, kDelaying, kDraining, kDone };

  // `timeout`: zero means no limit.
  Drain(Duration delay, Duration timeout) : delay_(delay), timeout_(timeout) {}

  Phase phase() const { return phase_; }

  // Begins; nothing when it has begun.
  void Begin(TimePoint now);
  // Moves on. `left`: connections and calls that are still there. The phase
  // after it; kDone comes early when nothing is left.
  Phase Step(TimePoint now, size_t left);
  // When Step must be called at the latest.
  TimePoint deadline() const { return deadline_; }
  // Draining ended by its timeout, with something left.
  bool forced() const { return forced_; }

 private:
  const Duration delay_;
  const Duration timeout_;
  Phase phase_ = Phase::kServing;
  TimePoint deadline_ = kForever;
  bool forced_ = false;
};

}  // namespace mailroom::server
