// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "mailroom/base/clock.h"

// LoopCounters: what one loop has done so far. Plain numbers, loop thread only;
// server/metrics turns them into Prometheus families.
namespace mailroom::io {

struct LoopCounters {
  uint64_t turns = 0;
  Duration last_turn{};   // of the turn before this one, its wait left out
  uint64_t wakes = 0;     // turns in which a wake was reported
  uint64_t accepted = 0;  // connections that got a slot, adopted ones included
  uint64_t closed = 0;
  uint64_t shed = 0;              // peers closed at once for want of a descriptor or slot
  uint64_t holds = 0;             // times that accepting stopped for a moment for that
  uint64_t stale_events = 0;      // readiness of a slot closed before, dropped
  uint64_t reads = 0;             // receive calls
  uint64_t writes = 0;            // send calls
  uint64_t interest_changes = 0;  // poller calls that changed what is watched
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  uint64_t resets = 0;     // peers that reset or hung up both ways
  uint64_t overflows = 0;  // connections closed at the hard cap
  // Peers that went on after our end, for longer or with more than is waited for.
  uint64_t linger_cuts = 0;
};

}  // namespace mailroom::io
