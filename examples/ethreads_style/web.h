// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/task.h"
#include "mailroom/examples/ethreads_style/sockets.h"

// Two loops that look as if each were alone, and take turns on one thread.
namespace mailroom::ethreads_style {

// Takes whoever comes, and starts a client loop for it.
Task<> AcceptLoop(Sockets& sockets);

// Answers one request after the other while the connection is kept alive, each with its
// path: at once, but /slow after a second in which others are served. What is pipelined
// is found before anybody waits, and is answered no faster than the client takes it. A
// request that is none gets a 400 and the connection closes.
//
// The surprise: no close waits for what the client may still send, which can cost it the
// last answers (RFC 9112 s9.6). io::Connection::Limits::linger is for servers that mind.
Task<> ClientLoop(Sockets& sockets, ConnectionId id);

}  // namespace mailroom::ethreads_style
