// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/answer_record.h"

#include <algorithm>

#include "mailroom/actors/envelope.h"
#include "mailroom/base/clock.h"
#include "mailroom/server/ops/access_log.h"
#include "mailroom/server/ops/counters.h"

namespace mailroom::server {

void CountAnswer(Hall& hall, const Exchange& exchange, Code code) {
  MethodCounters& counters = exchange.route->counters;
  counters.handled[static_cast<size_t>(code)].Add();
  if (code == Code::kOk) counters.sent.Add();
  counters.latency.Observe(hall.loop->now() - exchange.began);
}

void LogAnswer(Hall& hall, const Exchange& exchange, const std::string& peer,
               const AnswerRecord& answer) {
  if (!hall.access_log.on() || !hall.access_log.Admit(answer.code)) return;
  AccessEntry entry;
  entry.protocol = exchange.protocol == nullptr ? "http" : exchange.protocol->name();
  entry.method = exchange.route == nullptr ? "-" : exchange.route->method->path;
  entry.request_line = exchange.request_line;
  entry.code = answer.code;
  entry.http_status = answer.http_status;
  entry.request_bytes = exchange.request_bytes;
  entry.response_bytes = answer.bytes;
  entry.took = hall.loop->now() - exchange.began;
  if (exchange.envelope != nullptr && exchange.envelope->taken_at != TimePoint()) {
    // The cell's clock is read once for several mails: it may stand before the post.
    entry.queued =
        std::max(exchange.envelope->taken_at - exchange.envelope->posted_at, Duration::zero());
  }
  entry.peer = peer;
  entry.trace_id = exchange.trace_id;
  entry.user_agent = exchange.user_agent;
  hall.access_log.Add(entry, hall.WallNow());
}

}  // namespace mailroom::server
