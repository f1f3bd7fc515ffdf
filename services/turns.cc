// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/turns.h"

#include <utility>

#include "mailroom/base/check.h"

namespace mailroom::services {

Turns::~Turns() { MAILROOM_DCHECK(in_flight_ == 0); }

std::optional<Completion> Turns::Arrive(Turn& turn, Completion resumption) {
  if (&turn == exclusive_) return resumption;
  if (exclusive_ == nullptr && first_ == nullptr) return resumption;
  if (turn.kept_) {
    MAILROOM_DCHECK(turn.kept_->slot == resumption.slot);  // invariant 5
    return std::nullopt;
  }
  Keep(turn, std::move(resumption));
  // Invariants 2 and 4: one came, the oldest goes.
  return TakeKept();
}

std::optional<Completion> Turns::TakeKept() {
  if (!owes_step()) return std::nullopt;
  Turn& oldest = *first_;
  std::optional<Completion> resumption = std::exchange(oldest.kept_, std::nullopt);
  Unlink(oldest);
  return resumption;
}

void Turns::Keep(Turn& turn, Completion resumption) {
  turn.kept_ = std::move(resumption);
  turn.before_ = last_;
  (last_ == nullptr ? first_ : last_->behind_) = &turn;
  last_ = &turn;
}

void Turns::Unlink(Turn& turn) {
  if (&turn == last_owed_) last_owed_ = turn.before_;
  (turn.before_ == nullptr ? first_ : turn.before_->behind_) = turn.behind_;
  (turn.behind_ == nullptr ? last_ : turn.behind_->before_) = turn.before_;
  turn.before_ = turn.behind_ = nullptr;
}

Turn::Turn(Turns& turns, Kind kind) : turns_(turns) {
  MAILROOM_CHECK(turns_.may_begin());
  ++turns_.in_flight_;
  if (kind == Kind::kExclusive) turns_.exclusive_ = this;
}

Turn::~Turn() {
  if (kept_) turns_.Unlink(*this);
  if (turns_.exclusive_ == this) {
    turns_.exclusive_ = nullptr;
    turns_.last_owed_ = turns_.last_;
  }
  --turns_.in_flight_;
}

}  // namespace mailroom::services
