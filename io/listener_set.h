// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "mailroom/base/clock.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/slot_table.h"
#include "mailroom/base/status.h"
#include "mailroom/io/connection_set.h"
#include "mailroom/io/counters.h"
#include "mailroom/io/listener.h"
#include "mailroom/io/poller.h"

// ListenerSet: the listeners of a loop, and when they accept. Private to io.
//
// Accepting stops while the handler says so, and for a moment when descriptors
// have run out: those who wait in the backlog then have a chance to be served
// instead of being closed at once. Owned by the Loop; loop thread only.
namespace mailroom::io {

class ListenerSet final {
 public:
  struct Options {
    uint8_t loop_number;
    int accepts_per_turn;
    Duration pause;  // after descriptors ran out
  };

  ListenerSet(const Options& options, Poller& poller, ConnectionSet& connections,
              LoopCounters& counters);
  ~ListenerSet() { CloseAll(); }
  ListenerSet(const ListenerSet&) = delete;
  ListenerSet& operator=(const ListenerSet&) = delete;

  Status Add(Listener listener);
  void CloseAll();
  // The handler's wish.
  void Pause(bool paused);

  // Step 3: accepts until nobody waits, or the turn's share is used up.
  void OnReady(SlotId token, TimePoint now);
  // Steps 4 and 8: the moment has passed; a descriptor was freed.
  void ResumeIfDue(TimePoint now);
  void Resume();
  TimePoint NextDeadline() const { return held_until_; }

 private:
  bool accepting() const { return !paused_ && held_until_ == kForever; }
  void Hold(TimePoint now, const Status& why);
  void UpdateInterest();
  Status Watch(SlotId id, const Listener& listener);

  const Options options_;
  Poller& poller_;
  ConnectionSet& connections_;
  LoopCounters& counters_;
  SlotTable<Listener> table_;
  bool watching_ = true;  // what is added is watched
  bool paused_ = false;
  TimePoint held_until_ = kForever;  // kForever: not held
};

}  // namespace mailroom::io
