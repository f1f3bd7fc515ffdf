// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mailroom/actors/envelope.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/home.h"
#include "mailroom/base/metadata.h"
#include "mailroom/base/random.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/timer_heap.h"
#include "mailroom/http/engine.h"
#include "mailroom/http/http1_pool.h"
#include "mailroom/io/deadline_list.h"
#include "mailroom/io/loop.h"
#include "mailroom/rpc/protocol.h"
#include "mailroom/server/config/options.h"
#include "mailroom/server/hall/call_table.h"
#include "mailroom/server/hall/exchange.h"
#include "mailroom/server/hall/router.h"
#include "mailroom/server/ops/access_log.h"
#include "mailroom/server/ops/counters.h"

// Hall: what the sessions of one I/O actor share. Private to server.
//
// Plain parts without behaviour of their own beyond pooling; the I/O actor owns
// it and everything in it. Loop thread only, but for `closing`.
namespace mailroom::server {

struct Hall {
  Hall(const ServerOptions& server_options, uint8_t loop_number, Home& io_actor);

  // Constant after construction.
  const ServerOptions options;
  Home& home;  // the I/O actor: where replies go

  // Set by the I/O actor once the loop stands; null before.
  io::Loop* loop = nullptr;

  Router router;
  CallTable calls;
  IoCounters counters;
  http::Http1Pool http1;
  std::string index_page;  // GET /
  AccessLog access_log;

  // Charges `n` more bytes of a request's body to its envelope; false, and nothing
  // charged, when --max-body-memory-bytes is used up. Ends when the envelope is home.
  [[nodiscard]] bool ChargeBody(actors::Envelope& envelope, size_t n);
  void DischargeBody(actors::Envelope& envelope);

  // When connections have reached their age, or its grace has passed. Empty unless
  // --max-connection-age is set.
  TimerHeap<ConnectionId> ages;
  Random random;  // whoever makes the hall may seed it anew

  // Deadlines of connections, each list with one timeout.
  io::DeadlineList header_deadlines;
  io::DeadlineList body_deadlines;
  io::DeadlineList idle_deadlines;
  io::DeadlineList write_deadlines;
  io::DeadlineList half_close_deadlines;

  // An end was asked for: answers say Connection: close. Any thread; never false again.
  std::atomic<bool> closing{false};
  bool draining = false;  // new requests are shed
  bool posted = false;    // mail was posted in this turn: workers want a wake

  rpc::Answer answer;  // scratch for the answer being written

  // The wall clock of this turn.
  WallTime WallNow();
  // It as a whole field line. Valid until the next call.
  std::string_view DateLine() { return http1.DateField(WallNow()); }

  // Pools: in the steady state a call allocates neither.
  std::unique_ptr<Exchange> TakeExchange();
  void GiveBack(std::unique_ptr<Exchange> exchange);
  std::unique_ptr<actors::Envelope> TakeEnvelope();
  void GiveBack(std::unique_ptr<actors::Envelope> envelope);

 private:
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::vector<std::unique_ptr<actors::Envelope>> envelopes_;
  TimePoint wall_read_;
  WallTime wall_now_;
};

}  // namespace mailroom::server
