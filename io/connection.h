// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "mailroom/base/buffer.h"
#include "mailroom/base/bytes.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/output_queue.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/status.h"
#include "mailroom/io/address.h"
#include "mailroom/io/poller.h"
#include "mailroom/io/socket.h"

// Connection: one stream socket of a loop, and the bytes on their way.
//
// Reading: at most one recv per readiness event into a buffer the whole loop
// shares; what the handler does not consume moves into a buffer of the
// connection's own and stays there. A connection at rest owns no buffer.
// Writing: Write() only queues; step 7 of the turn attempts one gathered write,
// keeps the rest and arms writable. No write ever blocks.
// Back-pressure: over the high-water mark reading pauses by itself until the
// output fell under the low-water mark; over the hard cap the connection closes.
//
// Owned by its Loop. Loop thread only. A reference is valid until the end of
// the turn; keep the id() beyond that.
//
// Invariants:
//   1 Bytes are offered in the order they came, each until it is consumed; those
//     that came before an end or a hang-up are offered before it.
//   2 At most one receive per readiness event, none while paused.
//   3 Bytes leave in the order they were queued; at most one send per event and
//     one in step 7, none while the kernel has said that it is full (but for the
//     last attempt of Close()).
//   4 Write interest is armed exactly while a write is partial, read interest
//     never after the end was read, interest in the end never after it was seen: no
//     level-triggered event can spin.
//   5 One OnAccept, then one OnClose, then the descriptor closes, once.
//   6 At rest (nothing unconsumed, nothing queued) it owns no heap memory.
namespace mailroom::io {

class ConnectionSet;

class Connection final {
 public:
  // Sizes are bytes.
  struct Limits {
    size_t read_size = 32 * 1024;               // the loop's shared read buffer
    size_t max_input = 1024 * 1024;             // unconsumed bytes kept; then reading pauses
    size_t high_water = 1024 * 1024;            // queued output that pauses reading
    size_t low_water = 256 * 1024;              // queued output that resumes it
    size_t hard_cap = 64 * 1024 * 1024;         // queued output that closes
    int send_buffer = 0;                        // SO_SNDBUF, 0 = the kernel's choice
    Duration linger = std::chrono::seconds(2);  // CloseAfterFlush: wait for the peer's end
    // What a lingering connection throws away at most: a client that sends a large
    // body before it looks for an answer gets one, an endless stream is cut.
    size_t linger_bytes = 128 * 1024 * 1024;
  };

  // Made by its ConnectionSet only.
  Connection(ConnectionSet& set, Socket socket, const Address& peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  ConnectionId id() const { return id_; }
  const Address& peer() const { return peer_; }

  // The bytes received and not consumed yet. Valid until Consume() or the end
  // of the hook.
  BytesView input() const;
  void Consume(size_t n);
  // True once the peer has ended its side (FIN); input() may still hold bytes.
  bool peer_closed() const { return ended_; }
  // True as soon as the peer's end is known, also when it is not read yet.
  bool peer_ending() const { return ended_ || end_seen_; }

  // Freeze and unfreeze: while paused no recv is made. Read interest stays
  // armed and is disarmed only when a readable event arrives meanwhile; the peer's
  // end is watched for all the same (OnPeerEnd). After
  // ResumeReading(), input that is still there is offered again by OnRead in
  // the same or the next turn, also without new bytes (S39). Both idempotent.
  void PauseReading();
  void ResumeReading();
  bool reading_paused() const { return paused_; }

  // Queues bytes behind all others; small ones are copied behind each other,
  // large strings are moved in as a piece of their own (one iovec each).
  // Nothing happens once closing().
  void Write(BytesView bytes);
  void Write(std::string&& bytes);
  void Write(const char* text) { Write(BytesView(text)); }
  // The queue itself, to append to. Valid until the end of the hook.
  OutputQueue& WriteQueue();
  // Room to format into: bytes appended to *WriteBuffer() are queued output.
  // Append only. Valid until the next Write(), WriteBuffer() or end of the hook.
  std::string* WriteBuffer() { return WriteQueue().Tail(); }
  size_t queued_output() const;

  // The queued output is over its high-water mark: nothing is read meanwhile, and
  // OnDrained follows once it fell under the low-water mark.
  bool over_high_water() const { return over_high_water_; }
  // False when what was queued up to now is over the high-water mark. A caller with many
  // pieces that can wait asks before each of them; after a false OnDrained follows.
  bool TakesMore();

  // Closes once all queued output is written (or the peer is gone). No OnRead
  // follows. Our side ends first; what the peer still sends is then thrown away
  // until it ends its side, for `Limits::linger` and `Limits::linger_bytes` at most:
  // closing with unread bytes would make the kernel reset the connection and take
  // the answer with it (RFC 9112 s9.6).
  void CloseAfterFlush();
  // Closes in step 8 of this turn; queued output gets one last attempt in 7.
  // The first call's `why` counts. Idempotent.
  void Close(Status why = Status());
  // Close() was called, here or by the loop: of all hooks only OnClose follows.
  bool closing() const { return closing_; }

 private:
  friend class ConnectionSet;

  // Step 3: one readiness report. Writable is served before readable (S43).
  void OnReady(const Ready& ready);
  void ReadSome(bool hung_up);
  // Hands `fresh` with what was left before to OnRead and keeps what remains.
  void Offer(BytesView fresh);
  // The peer has ended its side, and what it sent before is not read now.
  void NoteEnd();
  // The peer is gone in both directions.
  void Reset(Status why);

  // Step 7: write once, then ask the poller for what is missing.
  void FinishTurn();
  void Flush();
  void CheckWaterMarks();
  void EndOutput();
  void Discard(size_t n);
  void SyncInterest();

  // True when OnRead may be called, when a receive makes sense.
  bool MayOffer() const { return !paused_ && !over_high_water_ && !finishing_ && !closing_; }
  bool WantsRead() const;
  OutputQueue& Output();
  void ReleaseOutput();

  ConnectionSet& set_;
  ConnectionId id_;
  Socket socket_;
  Interest armed_;
  // Set by the handler.
  bool paused_ = false;     // PauseReading
  bool finishing_ = false;  // CloseAfterFlush
  bool closing_ = false;    // Close, or an error
  // Found out by the loop.
  bool ended_ = false;            // the peer's end was read
  bool end_seen_ = false;         // it was reported while nothing was read
  bool blocked_ = false;          // the last write was partial
  bool over_high_water_ = false;  // until it fell to the low-water mark
  bool lingering_ = false;        // our end is sent, the peer's is awaited
  bool quiet_ = false;            // readable arrived in vain: disarm in step 7
  // Places in the set's lists.
  bool dirty_ = false;
  bool offered_ = false;
  size_t linger_left_ = 0;  // bytes to throw away before it is cut
  Address peer_;
  Buffer input_;
  std::unique_ptr<OutputQueue> output_;  // null at rest
  Status why_;
};

}  // namespace mailroom::io
