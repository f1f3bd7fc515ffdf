// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "mailroom/http/engine.h"
#include "mailroom/http/http1_pool.h"
#include "mailroom/http/limits.h"

// The HTTP/1.1 engine (RFC 9112), HTTP/1.0 included.
//
// Each request comes out as Head, Body (none, one or several, never empty), End. Trailers
// are checked and dropped. Requests may be pulled ahead of their answers, up to
// kMaxUnanswered; then Next() gives NeedMore and takes nothing until one is
// answered. What follows a request that closes the connection is never taken, nor
// what follows the last request that Limits::requests allows.
// Streams are answered in their order: Sendable() is 0 until a stream's turn.
// No input is wanted while a whole request is unanswered (what the caller has already may
// still be pulled), nor while a body has no credit. The last piece of a body may exceed
// its credit by what was received together.
// 100-continue is sent by Grant(), at the stream's turn.
// After StartClosing() no request follows the last one given, and its answer says
// `connection: close`; if all of those are answered, one more may come.
// Bad counts as the request's last event; answer it like a request, with its
// stream, when its turn comes. The answer says `connection: close` by itself.
// An answer may also be sent before the body has come; whatever is sent for a
// stream behind its end (a Bad found in that body) is dropped. If an answer
// is under way when its request turns out Bad, break it off: Reset().
// A final status sent to a peer that awaits 100-continue closes too: whether the body
// follows is not known then (RFC 9110 s10.1.1).
namespace mailroom::http {

// Requests already in the buffer are dispatched ahead, up to 32.
inline constexpr size_t kMaxUnanswered = 32;

// An engine that borrows from `pool`, which outlives it.
std::unique_ptr<Engine> MakeHttp1Engine(Http1Pool& pool);

// An engine with a pool of its own, for tests and single connections.
std::unique_ptr<Engine> MakeHttp1Engine(const Limits& limits);

}  // namespace mailroom::http
