// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"
#include "mailroom/server/exchange.h"

namespace mailroom::server {

// How a request was answered.
struct AnsweredCall {
  Code code;
  int http_status;
  size_t bytes;  // of the answer's body
  Duration took;
};

// One line for an answered request (--access-log): protocol, method, code, HTTP
// status, bytes of the answer's body, duration, peer. Loop thread.
void LogAccess(const Exchange& exchange, const AnsweredCall& answered, std::string_view peer);

}  // namespace mailroom::server
