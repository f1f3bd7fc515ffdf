// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mailroom/base/bytes.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/slot_table.h"
#include "mailroom/base/status.h"
#include "mailroom/base/thread_role.h"
#include "mailroom/io/connection.h"
#include "mailroom/io/counters.h"
#include "mailroom/io/handler.h"
#include "mailroom/io/poller.h"
#include "mailroom/io/socket.h"

// ConnectionSet: all connections of a loop, and what they share. Private to io.
//
// It owns the slots, the read buffer, the spare output queues, and the lists of
// those that have something to do in steps 5, 7 and 8 of the turn. The lists
// hold ids: an entry whose connection was swept meanwhile is skipped.
// Owned by the Loop; loop thread only.
namespace mailroom::io {

class ConnectionSet final {
 public:
  struct Environment {
    uint8_t loop_number;
    Poller& poller;
    Handler& handler;
    LoopCounters& counters;
    const ThreadRole& role;
  };

  ConnectionSet(const Environment& environment, const Connection::Limits& limits);
  // REQUIRES: CloseAll() was called.
  ~ConnectionSet();
  ConnectionSet(const ConnectionSet&) = delete;
  ConnectionSet& operator=(const ConnectionSet&) = delete;

  // Gives the socket a slot, registers it, calls OnAccept. An error when it was
  // closed for want of a slot (no hook was called) or when registering failed.
  Status Add(Socket socket, const Address& peer);
  Connection* Find(ConnectionId id) { return table_.Find(id); }
  size_t size() const { return table_.size(); }
  template <class F>
  void ForEach(F&& f) {
    table_.ForEach([&](ConnectionId, Connection& connection) { f(connection); });
  }

  // The steps of the turn.
  void OnReady(const Ready& ready);  // 3
  void EndLingering(TimePoint now);  // 4
  bool OfferInput();                 // 5: true when a hook was called
  void Flush(TimePoint now);         // 7
  bool Sweep();                      // 8: true when a descriptor was freed
  // 9: something was queued, or a hook was called, after its step.
  bool HasWork() const;
  TimePoint NextDeadline() const;

  // The end of the loop: steps 7 and 8 until nobody is left.
  void CloseAll(const Status& why, TimePoint now);

  // What a Connection asks of its set.
  void MarkDirty(Connection& connection);
  void MarkOffered(Connection& connection);
  void MarkClosing(Connection& connection);
  void MarkLingering(Connection& connection);
  // In step 7: a hook was called after step 6 has published.
  void NoteLateHook() { late_hooks_ = true; }
  std::unique_ptr<OutputQueue> TakeOutput();
  void GiveOutput(std::unique_ptr<OutputQueue> output);

  // The unconsumed part of the shared read buffer, while `connection` is in its
  // OnRead and had no bytes before.
  bool IsReading(const Connection& connection) const { return reading_ == &connection; }
  void BeginReading(const Connection& connection, BytesView fresh);
  BytesView EndReading();
  BytesView fresh() const { return fresh_; }
  void ConsumeFresh(size_t n) { fresh_.remove_prefix(n); }

  std::span<char> read_buffer() { return {read_buffer_.get(), limits_.read_size}; }
  // An empty queue that takes what a closing connection writes; nobody reads it.
  OutputQueue& Discard();

  const Connection::Limits& limits() const { return limits_; }
  Poller& poller() { return poller_; }
  Handler& handler() { return handler_; }
  LoopCounters& counters() { return counters_; }
  void AssertHeld() const { role_.AssertHeld(); }

 private:
  struct Lingering {
    TimePoint deadline;
    ConnectionId id;
  };

  Poller& poller_;
  Handler& handler_;
  LoopCounters& counters_;
  const ThreadRole& role_;
  const Connection::Limits limits_;

  SlotTable<Connection> table_;
  const std::unique_ptr<char[]> read_buffer_;
  const Connection* reading_ = nullptr;
  BytesView fresh_;
  OutputQueue discarded_;

  // Each is filled by the Mark method of its name.
  std::vector<ConnectionId> dirty_;
  std::vector<ConnectionId> offered_;
  std::vector<ConnectionId> closing_;
  bool late_hooks_ = false;  // a hook of steps 7 or 8 may have posted something

  TimePoint now_;                    // of the last step 7
  std::deque<Lingering> lingering_;  // in order of their deadlines
  std::vector<std::unique_ptr<OutputQueue>> spare_outputs_;
};

}  // namespace mailroom::io
