// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mailroom/http/engine.h"
#include "mailroom/io/connection.h"
#include "mailroom/server/hall/connection_watch.h"
#include "mailroom/server/hall/exchange.h"
#include "mailroom/server/hall/exchange_queue.h"
#include "mailroom/server/hall/hall.h"
#include "mailroom/server/hall/pipelining.h"

// Session: what a connection says, call by call. Rows 3 to 7 and 14 to 17 of
// docs/architecture.md's table.
//
// Pulls requests out of the engine, dispatches them, and writes each answer as soon as
// the engine says that its stream may send. Owned by the I/O actor, one per connection; loop
// thread only; nobody keeps a pointer to one over a turn.
//
// Invariants:
//   1 Nothing is read from the connection while the engine wants no input (HTTP/1.1:
//     while a whole request is unanswered).
//   2 Of an answer no more is sent than Engine::Sendable() allows (HTTP/1.1: nothing before
//     a stream's turn).
//   3 Of streams that depend on each other's order none overtakes (server/hall/pipelining.h).
//   4 Each call slot of the session is released exactly once: when its reply is
//     attached, its deadline passes, or the session is abandoned.
//   5 At most one answer is queued behind the connection's high-water mark; those
//     behind it stay exchanges until the client took some.
//   6 At rest a session owns its engine and the text of its peer's address, and nothing
//     else on the heap.
namespace mailroom::server {

class Session final {
 public:
  Session(Hall& hall, io::Connection& connection, std::unique_ptr<http::Engine> engine,
          StreamOrder order);
  ~Session() { hall_.ages.Cancel(age_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // New input, or the peer's end.
  void OnRead(io::Connection& connection);
  // The peer has ended its side while nothing is read from it.
  void OnPeerEnd(io::Connection& connection);
  // A reply came home for the call on `stream`; its slot is released. It is answered by
  // Advance(), which must follow: once for several.
  void Attach(http::StreamId stream, std::unique_ptr<actors::Envelope> reply);
  // Writes what is ready in order, dispatches what that let go, and settles whether the
  // connection reads, waits or closes. Also when the client took most of what was queued:
  // answers that waited for it may go.
  void Advance(io::Connection& connection);
  // The call's deadline has passed; its slot is released.
  void Expire(io::Connection& connection, http::StreamId stream);
  // The deadline of the call whose request is still coming has passed.
  void ExpireReceiving(io::Connection& connection);
  // Nobody is there to be answered: releases the slots and cancels the calls.
  void Abandon(Released why);
  // A deadline of `kind` has passed.
  void Evict(io::Connection& connection, Evicted kind);
  // The connection has reached --max-connection-age, or its grace has passed.
  void OnAge(io::Connection& connection);
  // Answers what is in hand with `Connection: close`; closes at once if nothing is.
  void StartDraining(io::Connection& connection);

 private:
  bool OnEvent(io::Connection& connection, const http::Event& event, http::Output& out);
  void OnHead(const http::Head& head, http::Output& out);
  void OnBody(const http::Body& body);
  void AwaitRest(io::Connection& connection);
  void EndRequest(io::Connection& connection, http::StreamId stream);
  void OnReset(io::Connection& connection, http::StreamId stream);
  void OnBad(const http::Bad& bad);

  void ExpireHalf(io::Connection& connection, Exchange& exchange);
  bool MayDispatch(const Exchange& exchange) const;
  void Dispatch(io::Connection& connection, Exchange& exchange);
  void EndCall(Exchange& exchange);
  void ReleaseCall(Exchange& exchange, Released why);
  void KeepReply(Exchange& exchange, std::unique_ptr<actors::Envelope> reply);
  void Cancel(const Exchange& exchange);

  bool SendAnswers(io::Connection& connection, http::Output& out);
  bool SendAnswer(Exchange& exchange, http::Output& out);
  bool SendHead(Exchange& exchange, http::Output& out);
  bool SendBody(Exchange& exchange, http::Output& out);
  bool AnswersWait() const;
  void CloseIfDone(io::Connection& connection);
  void Finish(io::Connection& connection);
  void EndUnanswered(io::Connection* connection, Code code, int http_status);
  void EndExchange(io::Connection* connection, Exchange& exchange, Code code, int http_status);
  ConnectionWatch::Phase AwaitedPhase(const io::Connection& connection) const;

  Hall& hall_;
  const std::unique_ptr<http::Engine> engine_;
  const std::string peer_;  // as handlers and logs see it
  ExchangeQueue exchanges_;
  ConnectionWatch watch_;
  TimerId age_;       // in the hall's ages
  uint32_t out_ = 0;  // calls at actors
  const StreamOrder order_;
  bool all_read_ = false;  // the peer has ended, and no whole request is left in the input
  bool aged_ = false;      // its age has come, its grace runs
  bool finished_ = false;  // nothing more is read: CloseAfterFlush was called
};

}  // namespace mailroom::server
