// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "mailroom/base/home.h"

// Turns: which calls of one actor may be in flight together, and which of them steps
// next (docs/design/0003).
//
// A call is in flight from its begin to its end. It steps when its handler runs: once
// when it begins, and once for each resumption. Exclusive calls are alone: while one is
// in flight, that is while its handler is suspended, no other call begins or steps. The
// resumptions of the others are kept until it has ended.
//
// Not here: mail (the actor asks may_begin() before it takes one), handlers, cancels (a
// call that is destroyed simply ends), and the wake after which the kept ones step.
// Owned by the actor; owning worker. Allocates nothing, reads no clock.
//
// Invariants:
//   1 While an exclusive call is in flight no other call begins, and none steps.
//   2 Resumptions step in the order in which they arrived.
//   3 When an exclusive call has ended, all that are kept then are owed a step: no call
//     begins before they have had it. So a kept one is held up by one exclusive call at
//     most: the one in flight, or the next when it arrived behind kept ones.
//   4 What arrives later is owed nothing, and what steps is always the oldest, whether
//     Arrive() or TakeKept() gave it out. So K owed ones have stepped after K steps, and
//     handlers that yield for ever do not hold back the mail.
//   5 A call has one kept resumption at most, since its scope has one suspension
//     (base/task_scope.h): so the kept ones are no more than the calls in flight. A second
//     completion for that suspension is dropped, like any that comes too late.
//   6 A kept resumption dies with its call, and its parcel with it.
//   7 At most max_in_flight calls are in flight.
namespace mailroom::services {

// One call's place among the turns: in flight as long as it lives. The Turns outlive it.
class Turn;

class Turns final {
 public:
  explicit Turns(size_t max_in_flight) : max_in_flight_(max_in_flight) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;
  ~Turns();

  // Whether a call may begin now, of whatever kind.
  bool may_begin() const {
    return exclusive_ == nullptr && last_owed_ == nullptr && in_flight_ < max_in_flight_;
  }
  size_t in_flight() const { return in_flight_; }

  // A resumption of `turn` has arrived. What steps now instead: this one, an older one
  // that was kept, or nothing.
  [[nodiscard]] std::optional<Completion> Arrive(Turn& turn, Completion resumption);
  // True when kept resumptions could step: somebody must call TakeKept() soon.
  bool owes_step() const { return exclusive_ == nullptr && first_ != nullptr; }
  // The oldest of those that are kept; nothing when there is none or it may not step.
  [[nodiscard]] std::optional<Completion> TakeKept();

 private:
  friend class Turn;

  void Keep(Turn& turn, Completion resumption);
  void Unlink(Turn& turn);

  const size_t max_in_flight_;
  size_t in_flight_ = 0;
  const Turn* exclusive_ = nullptr;  // in flight
  Turn* first_ = nullptr;            // of those that have a resumption kept, oldest first
  Turn* last_ = nullptr;
  Turn* last_owed_ = nullptr;  // it and those before it are owed a step; null when none is
};

class Turn final {
 public:
  enum class Kind { kExclusive, kConcurrent };
  // The call begins. REQUIRES: turns.may_begin().
  Turn(Turns& turns, Kind kind);
  // The call has ended.
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  friend class Turns;

  Turns& turns_;
  std::optional<Completion> kept_;
  Turn* before_ = nullptr;  // among the kept ones
  Turn* behind_ = nullptr;
};

}  // namespace mailroom::services
