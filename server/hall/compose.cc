// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/compose.h"

#include "mailroom/actors/envelope.h"
#include "mailroom/rpc/protocols.h"

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
    if (reply.wire.reply_not_utf8) hall.counters.non_utf8_replies.Add();
  }
  const Code told = exchange.protocol->Finish(exchange.head, outcome, &answer);
  if (answer.replaced) hall.counters.replaced_answers.Add();
  if (exchange.shed) answer.headers.Add("retry-after", "1");
  return told;
}

}  // namespace mailroom::server
