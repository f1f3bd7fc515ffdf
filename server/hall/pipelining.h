// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "mailroom/server/hall/exchange.h"
#include "mailroom/server/hall/exchange_queue.h"

// Pipelining: which requests of one HTTP/1.1 connection may be at actors together. Private
// to server; loop thread only.
//
// A client that pipelines may count on the order of its requests (RFC 9112 s9.3.2). So a
// request is dispatched ahead of an earlier answer only if neither has side effects, or both
// go to the same exclusive single-replica actor, whose mailbox keeps their order. One that may
// not is held, and nothing is read behind it.
// How many requests are read ahead is the engine's bound (http/http1_engine.h).
namespace mailroom::server {

// Whether streams of a connection depend on each other's order.
enum class StreamOrder : uint8_t {
  kPipelined,    // HTTP/1.1
  kIndependent,  // HTTP/2
};

// Whether `exchange` may be dispatched while those before it in `exchanges` are out.
bool MayOverlapEarlier(const ExchangeQueue& exchanges, const Exchange& exchange);

}  // namespace mailroom::server
