// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mailroom/actors/envelope.h"
#include "mailroom/base/home.h"

// Actor: the seam between what runs actors and what an actor does.
//
// All methods run on the owning worker, one at a time: the claim of the actor's
// cell passes the right, and all memory the actor wrote, from worker to worker.
// None may block. Services derive from the generated bases (services/), which
// implement this; write it by hand for an actor without a .proto.
namespace mailroom::actors {

class Runner;

// What an actor is told when it moves in; valid as long as the actor, its destructor
// included.
struct ActorPlace {
  Home* home;      // where its completions are posted: itself
  Runner* runner;  // timers, and the clock
};

class Actor {
 public:
  virtual ~Actor() = default;

  // Once, before anything else.
  virtual void Start(const ActorPlace& place) = 0;
  // One mail. The actor answers it, now or later, or drops it (then it goes home
  // as `internal: reply dropped`).
  virtual void Receive(EnvelopePtr mail) = 0;
  // One completion; stale when the slot it names is gone.
  virtual void Settle(Completion completion) = 0;
  // False while no new mail may be taken: an exclusive handler is suspended, others
  // wait for their turn behind it, or as many calls as may be are in flight.
  virtual bool TakesMail() const = 0;
  // An exception left Receive or Settle; `what` is for the log, never for a
  // client. The actor answers the call it was at with `internal`.
  virtual void Failed(std::string_view what) = 0;
  // Once, the last call; the actor is destroyed right behind it. The runner runs
  // nothing any more but still stands, as homes and other actors' cells do: timers can
  // be cancelled. What is suspended is destroyed here, so that its envelopes go home.
  virtual void Stop() = 0;
};

}  // namespace mailroom::actors
