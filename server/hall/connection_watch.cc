// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/connection_watch.h"

#include <algorithm>

namespace mailroom::server {
namespace {

// A reader that took at least so much of a late answer gets another write
// timeout.
constexpr size_t kWriteProgress = 16 * 1024;

}  // namespace

void ConnectionWatch::Await(Phase phase, bool anew) {
  if (phase == phase_ && !anew) return;
  if (Counter* before = Gauge(phase_)) before->Sub();
  if (Counter* after = Gauge(phase)) after->Add();
  phase_ = phase;
  if (io::DeadlineList* list = Deadlines(phase)) {
    list->Touch(reading_, hall_.loop->now());
  } else {
    io::DeadlineList::Remove(reading_);
  }
}

void ConnectionWatch::BeginWriting(size_t queued) {
  hall_.write_deadlines.Touch(writing_, hall_.loop->now());
  unsent_ = static_cast<uint32_t>(std::min<size_t>(queued, UINT32_MAX));
}

void ConnectionWatch::AddWriting(size_t before, size_t queued) {
  if (before == 0 || !writing_.linked()) {
    BeginWriting(queued);
  } else {
    unsent_ = static_cast<uint32_t>(std::min<size_t>(unsent_ + (queued - before), UINT32_MAX));
  }
}

bool ConnectionWatch::GoOnWriting(size_t queued) {
  if (queued == 0) return true;
  if (queued + kWriteProgress > unsent_) return false;
  BeginWriting(queued);
  return true;
}

Counter* ConnectionWatch::Gauge(Phase phase) const {
  IoCounters& counters = hall_.counters;
  switch (phase) {
    case Phase::kIdle:
      return &counters.connections_idle;
    case Phase::kHeader:
    case Phase::kBody:
      return &counters.connections_reading;
    case Phase::kFrozen:
    case Phase::kHalfClosed:
      return &counters.connections_frozen;
    case Phase::kNone:
      break;
  }
  return nullptr;
}

io::DeadlineList* ConnectionWatch::Deadlines(Phase phase) const {
  switch (phase) {
    case Phase::kIdle:
      return &hall_.idle_deadlines;
    case Phase::kHeader:
      return &hall_.header_deadlines;
    case Phase::kBody:
      return &hall_.body_deadlines;
    case Phase::kHalfClosed:
      return hall_.options.half_close_timeout > Duration::zero() ? &hall_.half_close_deadlines
                                                                 : nullptr;
    case Phase::kFrozen:
    case Phase::kNone:
      break;
  }
  return nullptr;
}

}  // namespace mailroom::server
