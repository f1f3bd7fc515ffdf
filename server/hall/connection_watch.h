// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "mailroom/base/slot_id.h"
#include "mailroom/io/deadline_list.h"
#include "mailroom/server/hall/hall.h"

// ConnectionWatch: what a connection is waited for, and until when. Keeps the
// connection in the hall's deadline lists and in its gauges. Private to server;
// loop thread only.
namespace mailroom::server {

class ConnectionWatch final {
 public:
  enum class Phase : uint8_t {
    kNone,        // it is closing: nobody waits for it
    kIdle,        // the next request (--idle-timeout)
    kHeader,      // the rest of a head (--header-timeout)
    kBody,        // the rest of a body (--body-timeout)
    kFrozen,      // a call is out, or its answer waits for room: they have deadlines of their own
    kHalfClosed,  // a call is out, and the peer sends no more (--half-close-timeout)
  };

  ConnectionWatch(Hall& hall, ConnectionId connection)
      : hall_(hall), reading_(connection), writing_(connection) {}
  ~ConnectionWatch() { Await(Phase::kNone); }
  ConnectionWatch(const ConnectionWatch&) = delete;
  ConnectionWatch& operator=(const ConnectionWatch&) = delete;

  Phase phase() const { return phase_; }
  // A phase has one deadline, from its beginning. `anew`: it begins now, also when it
  // is the same as before (something was answered in between).
  void Await(Phase phase, bool anew = false);

  // Something was queued behind `before` unsent bytes, which makes `queued`. The
  // deadline begins with the first byte: asking again does not put it off.
  void AddWriting(size_t before, size_t queued);
  // The write deadline has passed with `queued` bytes unsent. True when the peer
  // has taken enough since to be slow and not dead: it gets another one. What the
  // kernel's buffers took at first counts, so a dead one is noticed after two.
  bool GoOnWriting(size_t queued);

 private:
  void BeginWriting(size_t queued);
  Counter* Gauge(Phase phase) const;
  io::DeadlineList* Deadlines(Phase phase) const;

  Hall& hall_;
  io::DeadlineList::Node reading_;
  io::DeadlineList::Node writing_;
  uint32_t unsent_ = 0;  // when the write deadline began, and what came on top
  Phase phase_ = Phase::kNone;
};

}  // namespace mailroom::server
