// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/intake.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "mailroom/rpc/error_bounds.h"
#include "mailroom/rpc/protocols.h"
#include "mailroom/rpc/trace_context.h"
#include "mailroom/server/hall/admission.h"

namespace mailroom::server {
namespace {

// RFC 9110 s9.3 and RFC 5789. Others are unknown here, and 501 (s9.1).
constexpr std::array<std::string_view, 9> kKnownMethods = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};

// The value of Allow for a target (RFC 9110 s10.2.1); empty when nothing is there.
std::string_view Allowed(const http::Head& head, const Exchange& exchange) {
  if (exchange.route != nullptr) return "OPTIONS, POST";
  if (head.path == "/") return "GET, HEAD, OPTIONS";
  if (head.path == "*") return "GET, HEAD, OPTIONS, POST";
  return {};
}

// For the access log, which has no method to name.
void NoteRequestLine(const http::Head& head, Exchange* exchange) {
  exchange->request_line = rpc::CutEcho(head.method) + " " + rpc::CutEcho(head.path);
}

// For the access log.
void NoteCaller(const http::Head& head, Exchange* exchange) {
  exchange->trace_id = rpc::TraceIdOf(*head.headers);
  const http::Field* const agent = head.headers->Find("user-agent");
  if (agent != nullptr) exchange->user_agent = rpc::CutEcho(agent->value);
}

// What the head says of its call.
Status ReadCall(Hall& hall, const http::Head& head, Exchange* exchange) {
  exchange->envelope = hall.TakeEnvelope();
  return exchange->protocol->Accept(head, *exchange->route->method, &exchange->head,
                                    &exchange->envelope->metadata);
}

// The head is read, or `accepted` says why not.
void BeginCall(Hall& hall, Exchange* exchange, Status accepted) {
  exchange->route->counters.started.Add();
  // Also of a refused one: its answer waits for the rest of the request.
  exchange->deadline = DeadlineOf(exchange->began, exchange->head.timeout, hall.options);
  if (!accepted.ok()) {
    RefuseCall(exchange, std::move(accepted));
  } else if (hall.draining) {
    ShedCall(hall, exchange, Shed::kDraining, DrainingStatus());
  }
}

// With the codes that Connect's clients give these statuses where nothing else is said.
void RefuseMethod(Hall& hall, const http::Head& head, Exchange* exchange) {
  const std::string method(head.method);
  if (exchange->route == nullptr) {
    RefuseHttp(hall, exchange, 405, Code::kUnknown,
               "this page is read with GET or HEAD, not " + method);
  } else if (head.method != "POST") {
    RefuseHttp(hall, exchange, 405, Code::kUnknown, "call this method with POST, not " + method);
  } else {
    exchange->accept_post = true;
    RefuseHttp(hall, exchange, 415, Code::kUnknown,
               "content type \"" + rpc::CutEcho(head.content_type) +
                   "\" is not spoken here; send one of " + std::string(rpc::AcceptPost()));
  }
}

// No protocol claims it.
void ReadPlain(Hall& hall, const http::Head& head, Exchange* exchange) {
  if (std::find(kKnownMethods.begin(), kKnownMethods.end(), head.method) == kKnownMethods.end()) {
    RefuseHttp(hall, exchange, 501, Code::kUnimplemented,
               "this HTTP method is not known here; methods are called with POST");
    return;
  }
  exchange->allow = Allowed(head, *exchange);
  if (exchange->allow.empty()) {
    RefuseHttp(hall, exchange, 404, Code::kUnimplemented, UnknownPathText(hall.router, head.path));
  } else if (head.method == "OPTIONS") {
    exchange->kind = Exchange::Kind::kOptions;
    exchange->accept_post = exchange->route != nullptr;
  } else if (head.path == "/" && (head.method == "GET" || head.method == "HEAD")) {
    exchange->kind = Exchange::Kind::kIndex;
  } else {
    RefuseMethod(hall, head, exchange);
  }
}

// What the actor needs to know to decompress the request and compress the reply.
void SetCompression(const rpc::CallHead& head, const ServerOptions& options,
                    actors::Envelope* envelope) {
  envelope->wire.request_compression = head.request_compression;
  envelope->wire.request_limit = {options.max_message_bytes, kRaiseMessageBytes};
  if (options.compress_min_bytes == 0) return;
  envelope->wire.accepted = head.accepted;
  envelope->wire.compress_from = head.compress_always ? 0 : options.compress_min_bytes;
}

}  // namespace

void ReadHead(Hall& hall, const http::Head& head, Exchange* exchange) {
  if (hall.access_log.on()) NoteCaller(head, exchange);
  exchange->route = hall.router.Find(head.path);
  if (exchange->route != nullptr) {
    const rpc::Claim claim = rpc::FindProtocol(head.method, head.content_type);
    exchange->protocol = claim.protocol;
    exchange->head.format = claim.format;
  }
  if (exchange->protocol != nullptr) {
    BeginCall(hall, exchange, ReadCall(hall, head, exchange));
  } else {
    if (hall.access_log.on()) NoteRequestLine(head, exchange);
    ReadPlain(hall, head, exchange);
  }
}

void AddressMail(Hall& hall, const std::string& peer, Exchange* exchange) {
  actors::Envelope& envelope = *exchange->envelope;
  envelope.home = &hall.home;
  envelope.call = exchange->call;
  envelope.method = exchange->route->index;
  envelope.wire.format = exchange->head.format;
  SetCompression(exchange->head, hall.options, &envelope);
  envelope.deadline = exchange->deadline;
  envelope.posted_at = hall.loop->now();
  envelope.peer = peer;
}

void RefuseCall(Exchange* exchange, Status status) {
  exchange->refused = true;
  exchange->status = std::move(status);
}

void ShedCall(Hall& hall, Exchange* exchange, Shed reason, Status status) {
  hall.counters.shed[static_cast<size_t>(reason)].Add();
  exchange->shed = true;
  RefuseCall(exchange, std::move(status));
}

void RefuseHttp(Hall& hall, Exchange* exchange, int http_status, Code code, std::string message) {
  exchange->kind = Exchange::Kind::kHttpError;
  exchange->http_status = http_status;
  exchange->refused = true;
  exchange->status = Status(code, std::move(message));
  hall.counters.refused_http.Add();
}

}  // namespace mailroom::server
