// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/parking.h"

#include <algorithm>

namespace mailroom::actors {

Parking::Spot& Parking::MakeSpot() {
  MutexLock lock(mutex_);
  return spots_.emplace_back();
}

uint64_t Parking::Ticket() const {
  // acquire: a producer's step that is before the ticket shows what it enqueued.
  return word_.load(std::memory_order_acquire) | kParked;
}

void Parking::Park(Spot& spot, uint64_t ticket, TimePoint deadline) {
  MutexLock lock(mutex_);
  parked_.push_back(&spot);
  spot.notified_ = false;
  spot.deadline_ = deadline;
  // Invariant 2: the bit and the look at the epoch are one step.
  const uint64_t before = word_.fetch_or(kParked, std::memory_order_acq_rel);
  bool timed_out = (before | kParked) != ticket;
  while (!spot.notified_ && !timed_out) timed_out = !spot.wake_.WaitUntil(mutex_, deadline);
  if (spot.notified_) return;  // TakeOne() has removed the spot
  Take(static_cast<size_t>(std::find(parked_.begin(), parked_.end(), &spot) - parked_.begin()));
}

void Parking::Notify() {
  const uint64_t before = word_.fetch_add(kEpoch, std::memory_order_acq_rel);
  if ((before & kParked) == 0) return;
  Spot* spot = nullptr;
  {
    MutexLock lock(mutex_);
    spot = TakeOne();
  }
  if (spot != nullptr) spot->wake_.NotifyOne();
}

Parking::Spot* Parking::TakeOne() {
  if (parked_.empty()) return nullptr;
  size_t position = parked_.size() - 1;
  for (size_t i = parked_.size(); i-- > 0;) {
    if (parked_[i]->deadline_ != kForever) continue;
    position = i;
    break;
  }
  Spot* const spot = parked_[position];
  Take(position);
  spot->notified_ = true;
  return spot;
}

void Parking::NotifyTimekeeper(TimePoint deadline) {
  // A worker that is about to park with a later deadline must look again.
  word_.fetch_add(kEpoch, std::memory_order_acq_rel);
  Spot* taken = nullptr;
  {
    MutexLock lock(mutex_);
    for (const Spot* spot : parked_) {
      if (spot->deadline_ <= deadline) return;  // a worker keeps an earlier time
    }
    taken = TakeOne();
  }
  if (taken != nullptr) taken->wake_.NotifyOne();
}

void Parking::NotifyAll() {
  word_.fetch_add(kEpoch, std::memory_order_acq_rel);
  MutexLock lock(mutex_);
  while (Spot* const spot = TakeOne()) spot->wake_.NotifyOne();
}

bool Parking::anyone_parked() const {
  // relaxed: a hint.
  return (word_.load(std::memory_order_relaxed) & kParked) != 0;
}

size_t Parking::parked() const {
  MutexLock lock(mutex_);
  return parked_.size();
}

TimePoint Parking::kept_deadline() const {
  MutexLock lock(mutex_);
  TimePoint earliest = kForever;
  for (const Spot* spot : parked_) earliest = std::min(earliest, spot->deadline_);
  return earliest;
}

void Parking::Take(size_t position) {
  parked_.erase(parked_.begin() + static_cast<std::ptrdiff_t>(position));
  // Invariant 1. Under the mutex, so no Park can come between.
  if (parked_.empty()) word_.fetch_and(~kParked, std::memory_order_acq_rel);
}

}  // namespace mailroom::actors
