// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "mailroom/base/status.h"
#include "mailroom/server/hall/exchange.h"
#include "mailroom/server/hall/hall.h"

// What the metrics and the access log are told of an answer. Private to server; loop thread
// only.
namespace mailroom::server {

struct AnswerRecord {
  Code code;        // that the caller is told
  int http_status;  // 0: nobody is there to be told
  size_t bytes;     // of the body
};

// Counts the answer and its latency for the method. REQUIRES: exchange.route.
void CountAnswer(Hall& hall, const Exchange& exchange, Code code);

// A line of the access log, if there is one and it has room (server/ops/access_log.h). `peer`
// is the caller's address.
void LogAnswer(Hall& hall, const Exchange& exchange, const std::string& peer,
               const AnswerRecord& answer);

}  // namespace mailroom::server
