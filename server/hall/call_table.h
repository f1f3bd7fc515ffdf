// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "mailroom/base/clock.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/slot_table.h"
#include "mailroom/base/timer_heap.h"
#include "mailroom/http/engine.h"
#include "mailroom/server/hall/router.h"
#include "mailroom/server/ops/counters.h"

// CallTable: the calls of one loop that are out at an actor.
//
// A call's slot is the return address of its envelope: the generation is per
// call, not per connection, so that after a deadline's answer on a kept-alive
// connection the late reply cannot reach the next call on it. Loop thread only.
//
// Invariants:
//   1 A slot lives from the dispatch until the first of: its reply came home, its
//     deadline passed, its connection was reset or closed.
//   2 Find() of a completion's id is the generation check, the only one: null
//     means stale.
//   3 dispatched = attached + stale + slots in use + envelopes out to no slot.
namespace mailroom::server {

// Small values only: nobody keeps a pointer to one over a turn.
struct PendingCall {
  ConnectionId connection;
  http::StreamId stream;
  Route* route;
  TimerId timer;  // the deadline's, if any
};

class CallTable final {
 public:
  CallTable(uint8_t loop, size_t capacity) : calls_(SlotKind::kCall, loop, capacity) {}

  // The null id when as many calls are out as may be.
  CallId Insert(const PendingCall& call) { return calls_.Insert(call); }
  // The generation check.
  PendingCall* Find(CallId id) { return calls_.Find(id); }
  void Release(CallId id) { calls_.Erase(id); }
  size_t size() const { return calls_.size(); }

 private:
  SlotTable<PendingCall> calls_;
};

}  // namespace mailroom::server
