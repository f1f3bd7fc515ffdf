// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mailroom/base/status.h"
#include "mailroom/http/engine.h"
#include "mailroom/server/hall/exchange.h"
#include "mailroom/server/hall/hall.h"
#include "mailroom/server/ops/counters.h"

// Intake: what a request asks for, from its head alone. Rows 4 to 6 of
// docs/architecture.md's table.
//
// It is a call when its path has a method and a protocol claims it. Otherwise HTTP
// itself has the answer: the index page, what a target supports (OPTIONS), or an
// error. Private to server; loop thread only.
namespace mailroom::server {

// Fills *exchange, whose stream has been set, with what `head` asks for.
void ReadHead(Hall& hall, const http::Head& head, Exchange* exchange);

// Writes on a call's envelope what its actor needs to know: where the reply goes, method,
// format, compression, deadline, and the caller's address `peer`. REQUIRES: exchange->call.
void AddressMail(Hall& hall, const std::string& peer, Exchange* exchange);

// The hall's own answers instead of an actor's. In the words of the protocol:
void RefuseCall(Exchange* exchange, Status status);
// the same for want of room, counted and with Retry-After:
void ShedCall(Hall& hall, Exchange* exchange, Shed reason, Status status);
// in those of HTTP, when no protocol is spoken:
void RefuseHttp(Hall& hall, Exchange* exchange, int http_status, Code code, std::string message);

}  // namespace mailroom::server
