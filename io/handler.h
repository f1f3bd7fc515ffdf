// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/clock.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/status.h"

// Handler: the only door through which a loop calls up.
//
// The I/O actor implements it. All hooks run on the loop thread, inside the
// numbered turn of io/loop.h, and never block. No hook destroys a connection it
// is called for: Connection::Close() marks, step 8 sweeps.
namespace mailroom::io {

class Connection;

class Handler {
 public:
  virtual ~Handler() = default;

  // Step 3. A connection was accepted and registered; if registering it failed
  // it is closing() already and OnClose says why. False refuses it: it is
  // closed, with OnClose, in step 8 of this turn (bytes written here still go
  // out).
  virtual bool OnAccept(Connection& connection) = 0;

  // Step 3 or 5. New bytes stand in connection.input(), or the peer has ended
  // its side (connection.peer_closed()), or both. Bytes that are not consumed
  // stay. A hook that consumed some and left some is called again in step 5,
  // also without new bytes: taking one message per call is enough (S27, S39).
  virtual void OnRead(Connection& connection) = 0;

  // Step 3, at most once. The peer has ended its side (FIN) while nothing is read from
  // it: connection.peer_ending(). Nothing was read to find out, so bytes may stand in
  // front of the end; OnRead tells of both when reading goes on. An end that is read as
  // it comes is OnRead's alone.
  virtual void OnPeerEnd(Connection& connection) = 0;

  // Step 7 or 3. The output fell under the low-water mark after it had passed
  // the high-water mark (reading was paused meanwhile).
  virtual void OnDrained(Connection& connection) = 0;

  // Step 8, exactly once for each OnAccept, just before its descriptor closes
  // and its slot is released. `why` is OK for an orderly end. Also called by
  // the Loop's destructor for all that is still open.
  virtual void OnClose(Connection& connection, const Status& why) = 0;

  // The peer reset the connection or hung up both ways; nothing can be
  // delivered any more. Step 3; OnClose follows in step 8.
  virtual void OnReset(Connection& connection) = 0;

  // Step 4. A timer started with Loop::StartTimer is due.
  virtual void OnTimer(SlotId token) = 0;
  // Step 4. Once a turn: evict what is due in the handler's own FIFO lists.
  virtual void OnTurn(TimePoint now) = 0;
  // Step 9. When the handler's own lists want OnTurn at the latest.
  virtual TimePoint NextDeadline() = 0;

  // Step 5. Runs inline actors, drains the mailbox, parses what that unfroze.
  // True while something moved; called again until false or out of budget.
  virtual bool Settle() = 0;
  // Step 6. Wakes workers, once for all that was posted this turn. When hooks of
  // steps 7 and 8 ran after it, the loop does not sleep before the next one.
  virtual void Publish() = 0;
  // Step 9. Announces that the loop is about to sleep; false when the mailbox
  // turned out not to be empty (then the loop only looks, and turns again).
  virtual bool PrepareSleep() = 0;
  // Step 2 of the turn after every PrepareSleep, whatever that returned: the
  // loop is awake again.
  virtual void EndSleep() = 0;

  // S28: about every `Loop::Options::tick`, by deadline, also under load.
  virtual void OnTick() = 0;
  // SIGTERM, SIGINT and the like, delivered in step 3.
  virtual void OnSignal(int signal_number) = 0;
};

}  // namespace mailroom::io
