// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "mailroom/base/clock.h"
#include "mailroom/base/mutex.h"

// Parking: where workers sleep while there is nothing to run (an eventcount).
//
// A worker takes a Ticket(), looks at its queue once more and parks with the
// ticket; a producer enqueues and then calls Notify(). The order of two
// read-modify-writes of one word decides who sees whom, so no fence is needed and no
// wake is lost. Model: docs/models/eventcount.pml.
//
// A worker may park with a deadline: it keeps the time for the others. Notify()
// wakes workers without a deadline first; of those the one that parked last, whose
// cache is the warmest.
//
// Invariants:
//   1 The parked bit is set exactly while a spot is in parked_, as seen under
//     the mutex.
//   2 A producer's epoch step is either before the ticket (then the worker's look
//     finds the item), or between ticket and Park (then Park sees another epoch
//     and returns), or after Park's step (then the producer sees the bit).
//   3 A Notify that sees the bit wakes one spot, if one is still there.
//   4 The mutex is released before the signal is given. Otherwise the woken worker
//     would block on it at once: two more system calls a wake. (NotifyAll, which ends
//     the pool, holds it.) A worker may end before its last signal, so spots live as
//     long as the parking.
namespace mailroom::actors {

class Parking final {
 public:
  // One worker's place to sleep.
  class Spot final {
   private:
    friend class Parking;
    CondVar wake_;
    TimePoint deadline_ = kForever;
    bool notified_ = false;
  };

  // Any thread. A spot for a worker of its own, as long as the parking lives.
  Spot& MakeSpot();

  // Any thread. The epoch to park with.
  uint64_t Ticket() const;

  // A worker. Sleeps until a Notify later than `ticket`, or until `deadline`.
  void Park(Spot& spot, uint64_t ticket, TimePoint deadline);

  // Any thread. Wakes one parked worker, if any; no system call if none.
  void Notify();
  // Any thread. Wakes a worker that keeps the time later than `deadline`.
  void NotifyTimekeeper(TimePoint deadline);
  // Any thread. Wakes all.
  void NotifyAll();

  // Any thread; a moment's truth.
  bool anyone_parked() const;
  size_t parked() const;
  // The earliest deadline any parked worker keeps; kForever when none does.
  TimePoint kept_deadline() const;

 private:
  static constexpr uint64_t kParked = 1;
  static constexpr uint64_t kEpoch = 2;

  // The spot to signal; null when no worker is parked.
  Spot* TakeOne() MAILROOM_REQUIRES(mutex_);
  void Take(size_t position) MAILROOM_REQUIRES(mutex_);

  std::atomic<uint64_t> word_{0};  // epoch * 2 + parked bit
  mutable Mutex mutex_;
  std::deque<Spot> spots_ MAILROOM_GUARDED_BY(mutex_);
  std::vector<Spot*> parked_ MAILROOM_GUARDED_BY(mutex_);
};

}  // namespace mailroom::actors
