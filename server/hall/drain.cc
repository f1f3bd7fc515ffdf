// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/drain.h"

#include "mailroom/server/config/duration.h"

namespace mailroom::server {

void Drain::Begin(TimePoint now) {
  if (phase_ != Phase::kServing) return;
  phase_ = Phase::kDelaying;
  deadline_ = DeadlineIn(now, delay_);
}

Drain::Phase Drain::Step(TimePoint now, size_t left) {
  if (phase_ == Phase::kDelaying && Expired(now, deadline_)) {
    phase_ = Phase::kDraining;
    deadline_ = DeadlineIn(now, NoLimitAtZero(timeout_));
    return phase_;  // the caller closes what is idle before it counts again
  }
  if (phase_ == Phase::kDraining && (left == 0 || Expired(now, deadline_))) {
    phase_ = Phase::kDone;
    forced_ = left > 0;
    deadline_ = kForever;
  }
  return phase_;
}

}  // namespace mailroom::server
