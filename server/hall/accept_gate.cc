// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/accept_gate.h"

namespace mailroom::server {

bool AcceptGate::PerLoop::Enter() {
  if (gate_.open_.fetch_add(1) + 1 < gate_.limit_) return false;
  waiting_.store(true);
  return !GoOn();
}

void AcceptGate::PerLoop::Leave() {
  if (gate_.open_.fetch_sub(1) != gate_.limit_) return;
  for (PerLoop& other : gate_.loops_) {
    if (other.waiting()) other.loop_.Wake();
  }
}

bool AcceptGate::PerLoop::GoOn() {
  if (!may_go_on()) return false;
  waiting_.store(false);
  return true;
}

}  // namespace mailroom::server
