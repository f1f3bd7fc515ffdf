// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mailroom/base/counter.h"
#include "mailroom/base/status.h"

// What the hall counts. The loop's thread writes, anybody reads.
namespace mailroom::server {

// Per method.
struct MethodCounters {
  Counter started;
  std::array<Counter, kCodeCount> handled;
  Counter received;  // messages
  Counter sent;
  DurationHistogram latency;
};

// Why a request was shed.
enum class Shed : uint8_t { kMailboxFull, kDraining, kTooManyCalls, kBodyMemory };
inline constexpr size_t kShedReasons = 4;
const char* ShedName(Shed reason);

// Why a call's slot was released before its reply came.
enum class Released : uint8_t { kReset, kDeadline, kClosed };
inline constexpr size_t kReleaseReasons = 3;
const char* ReleasedName(Released reason);

// Why a connection was evicted: a deadline (kAge: told to close, kAgeGrace: had not),
// its last request, an end of the peer's that did not come, or an answer that did not
// come in time behind the peer's end.
enum class Evicted : uint8_t {
  kHeader,
  kBody,
  kIdle,
  kWrite,
  kAge,
  kAgeGrace,
  kRequests,
  kLinger,
  kHalfClose,
};
inline constexpr size_t kEvictReasons = 9;
const char* EvictedName(Evicted reason);

// Per I/O actor. At rest: dispatched = attached + stale, and stale = the sum of
// released.
struct IoCounters {
  Counter dispatched;  // envelopes that left for an actor
  Counter attached;    // replies that found their call
  Counter stale;       // replies that came too late, dropped
  std::array<Counter, kReleaseReasons> released;
  std::array<Counter, kShedReasons> shed;
  std::array<Counter, kEvictReasons> evicted;
  size_t envelopes_out() const { return dispatched.get() - attached.get() - stale.get(); }
  // States of connections that are served; not those that linger or were refused.
  Counter connections_idle;
  Counter connections_reading;
  Counter connections_frozen;
  Counter calls;       // call slots in use
  Counter timers;      // deadlines of calls that are out
  Counter body_bytes;  // request bodies under way
  Counter accepted;
  Counter accept_sheds;      // peers closed at once: no descriptor was left
  Counter accept_pauses;     // times that --max-connections stopped accepting
  Counter accept_paused;     // 1 while it does
  Counter accept_holds;      // times that want of a descriptor stopped accepting for a moment
  Counter refused_http;      // requests that were answered before they became a call
  Counter replaced_answers;  // answers that could not be sent; `internal` was
  Counter non_utf8_replies;  // replies with a string that is not UTF-8
  DurationHistogram turn;    // awake in one turn, from the wait's end to the next
  Counter reads;
  Counter writes;
  Counter bytes_in;
  Counter bytes_out;
};

}  // namespace mailroom::server
