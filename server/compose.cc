// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/compose.h"

#include "mailroom/actors/envelope.h"
#include "mailroom/rpc/protocol.h"
#include "mailroom/server/admission.h"

namespace mailroom::server {

Code ComposeAnswer(Hall& hall, const Exchange& exchange) {
  static const Metadata kNone;
  rpc::Answer& answer = hall.answer;
  answer.Clear();
  if (exchange.kind == Exchange::Kind::kHttpError) {
    rpc::WriteHttpError(exchange.http_status, exchange.status.code(), exchange.status.message(),
                        &answer);
    if (exchange.http_status == 405) answer.headers.Add("allow", exchange.allow);
    if (exchange.accept_post) answer.headers.Add("accept-post", rpc::AcceptPost());
    return exchange.status.code();
  }
  if (exchange.kind == Exchange::Kind::kOptions) {
    answer.status = 204;
    answer.headers.Add("allow", exchange.allow);
    if (exchange.accept_post) answer.headers.Add("accept-post", rpc::AcceptPost());
    return exchange.status.code();
  }
  if (exchange.kind == Exchange::Kind::kIndex) {
    answer.content_type = "text/plain; charset=utf-8";
    answer.body = hall.index_page;
    return exchange.status.code();
  }
  rpc::Outcome outcome{&exchange.status, &kNone, &kNone, nullptr};
  if (exchange.envelope != nullptr && !exchange.refused) {
    actors::Envelope& reply = *exchange.envelope;
    outcome = rpc::Outcome{&reply.status, &reply.headers, &reply.trailers, &reply.reply,
                           reply.wire.reply_compression};
  }
  Code told = exchange.protocol->Finish(exchange.head, outcome, &answer);
  // An error that has grown in the caller's words: the rest was looked at when it came home.
  if (IsTooLarge(answer.body.size(), *outcome.status, hall.options)) {
    const Status status = ReplyTooLargeStatus(answer.body.size(), hall.options);
    answer.Clear();
    told = exchange.protocol->Finish(exchange.head, {&status, &kNone, &kNone, nullptr}, &answer);
  }
  if (exchange.shed) answer.headers.Add("retry-after", "1");
  return told;
}

}  // namespace mailroom::server
