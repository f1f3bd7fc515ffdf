// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/rpc/protocol.h"

// Connect's unary calls by POST: the message is the body, an error has an HTTP
// status and a JSON body, trailing metadata are headers named "trailer-...".
// Source: https://connectrpc.com/docs/protocol, "Unary (Request-Response) RPCs".
// Private: reached through rpc/protocols.h.
namespace mailroom::rpc {

const Protocol& ConnectUnary();

}  // namespace mailroom::rpc
