// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mailroom/actors/actor.h"
#include "mailroom/actors/claim.h"
#include "mailroom/actors/mailbox.h"
#include "mailroom/actors/pace.h"
#include "mailroom/actors/runner.h"
#include "mailroom/base/counter.h"
#include "mailroom/base/home.h"
#include "mailroom/base/log.h"
#include "mailroom/base/thread_role.h"

// Cell: an actor with its mailbox, its completions and its claim. The actor's
// home, and the unit that runners queue and run.
//
// Owned by whoever registered the actor (the server); outlives every sender,
// every envelope that is out to it and its runner's threads. Its actor lives until
// Stop(): nothing of it touches a runner or another cell that is gone.
//
// Invariants:
//   1 One worker at a time is inside (actors/claim.h).
//   2 Completions run before mail, and at most kMailsPerRun mails in one run:
//     neighbours on the run queue get their turn.
//   3 An envelope whose deadline has passed is answered, not run.
//   4 An exception that leaves the actor is caught here and nowhere else.
//   5 Actor::Stop is called once, and the actor destroyed behind it, while its runner
//     stands. A stopped cell drops what comes: each envelope goes home.
namespace mailroom::actors {

// What a cell has done. Written by the owning worker (refused: by any sender),
// read by anybody: single numbers, no consistency between them.
struct CellCounters {
  Counter handled;  // mails given to the actor
  Counter expired;  // answered deadline_exceeded unrun
  Counter completions;
  Counter failures;                  // exceptions
  std::atomic<uint64_t> refused{0};  // the mailbox was full; several senders count
  DurationHistogram wait;            // time in the mailbox, of those handled
};

class Pace;

class Cell final : public Home {
 public:
  // What is done before the neighbours' turn: short enough that they do not wait
  // long, long enough that a claim costs little.
  static constexpr int kMailsPerRun = 64;
  static constexpr int kCompletionsPerRun = 1024;

  // `runner` outlives Stop(), and whoever posts here.
  Cell(std::string name, size_t mailbox_capacity, std::unique_ptr<Actor> actor, Runner& runner);
  ~Cell();

  // Any thread.
  const std::string& name() const { return name_; }
  const CellCounters& counters() const { return counters_; }
  const Mailbox<EnvelopePtr>& mailbox() const { return mail_; }

  // Any thread. See Home.
  void Post(Completion completion) noexcept override;

  // The worker that took the cell from the run queue. True: the runner queues it
  // again (behind the others).
  [[nodiscard]] bool Run();

  // After the runner's threads have ended, and before the runner does: stops and
  // destroys the actor and drops what waits, so that every envelope goes home.
  // Idempotent; the destructor calls it.
  void Stop();

 private:
  friend class ActorRef;

  // What is left of `noted`, and whether the actor takes mail: for Claim::End.
  uint32_t RunActor(uint32_t noted) MAILROOM_REQUIRES(role_);
  uint32_t RunCompletions(Pace& pace) MAILROOM_REQUIRES(role_);
  uint32_t RunMail(Pace& pace) MAILROOM_REQUIRES(role_);
  void DropWhatWaits() MAILROOM_REQUIRES(role_);
  template <class Step>
  void Guarded(Step step) MAILROOM_REQUIRES(role_);

  // Told in the log once a second at most: callers may cause one with each call.
  void CountFailure(std::string_view what) MAILROOM_REQUIRES(role_);

  const std::string name_;
  Runner& runner_;
  Claim claim_;
  Mailbox<EnvelopePtr> mail_;
  Mailbox<Completion> completions_;
  CellCounters counters_;
  LogLimiter failure_lines_;
  ThreadRole role_;
  Pace::Past past_ MAILROOM_GUARDED_BY(role_);
  // Null once the cell has stopped.
  std::unique_ptr<Actor> actor_ MAILROOM_GUARDED_BY(role_) MAILROOM_PT_GUARDED_BY(role_);
};

// ActorRef: an address to send mail to; one place in the mailbox's order.
// One thread at a time; the cell outlives it. One per (loop, actor), or one per
// sender that wants its mails in order: never one per worker.
class ActorRef final {
 public:
  ActorRef() = default;  // addresses nobody
  explicit ActorRef(Cell& cell) : cell_(&cell), sender_(cell.mail_.MakeSender()) {}

  // False when the mailbox is full: *mail stays with the caller. The envelope
  // is addressed: home and call are set. Publish() follows when the batch of the
  // caller ends.
  [[nodiscard]] bool TryPost(EnvelopePtr* mail);

  Cell& cell() const { return *cell_; }

 private:
  Cell* cell_ = nullptr;
  Mailbox<EnvelopePtr>::Sender sender_;
};

}  // namespace mailroom::actors
