// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mailroom/actors/envelope.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/status.h"
#include "mailroom/http/engine.h"
#include "mailroom/rpc/protocol.h"
#include "mailroom/server/hall/router.h"

// Exchange: one request of a connection and its answer, from the head to the
// last byte of the answer. Pooled by the hall, owned by its session in the order
// in which requests came. Private to server; loop thread only.
namespace mailroom::server {

struct Exchange {
  enum class State : uint8_t {
    kReceiving,  // the body is not complete
    kHeld,       // complete; waits for earlier calls before it may be dispatched
    kOut,        // an actor has it; `call` is its slot
    kReady,      // answered; waits for its turn on the wire
  };
  // What is to be answered.
  enum class Kind : uint8_t {
    kCall,       // in the words of `protocol`
    kIndex,      // GET /
    kOptions,    // what the target supports: `allow`
    kHttpError,  // no protocol claimed it: `http_status` and `status`
  };

  std::unique_ptr<Exchange> next;
  Exchange* previous = nullptr;  // null when this is the first
  http::StreamId stream{};
  State state = State::kReceiving;
  Kind kind = Kind::kCall;
  bool refused = false;      // answered by the hall: `status`; the body is dropped
  bool shed = false;         // refused for want of room: Retry-After
  bool accept_post = false;  // say which content types are spoken
  int http_status = 0;
  std::string_view allow;  // which HTTP methods the target supports, a constant
  Route* route = nullptr;
  Replica* replica = nullptr;  // who has it, or had it
  const rpc::Protocol* protocol = nullptr;
  rpc::CallHead head;
  TimePoint began;
  TimePoint deadline = kForever;
  TimerId receiving;  // for the deadline while the request is still coming
  CallId call;
  // The request until it is dispatched, the reply once it is home.
  std::unique_ptr<actors::Envelope> envelope;
  // The hall's own answer, when there is no reply.
  Status status;
  size_t request_bytes = 0;
  // An answer that is larger than its stream may send at once: its body from `sent` on.
  // What is before it is lent to the connection's queue.
  std::string body;
  size_t sent = 0;
  bool head_sent = false;
  // For the access log; empty without it.
  std::string trace_id;
  std::string user_agent;
  std::string request_line;  // "GET /path", when no protocol claims it
};

}  // namespace mailroom::server
