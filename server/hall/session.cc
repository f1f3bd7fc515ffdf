// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/session.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

#include "mailroom/base/check.h"
#include "mailroom/rpc/error_bounds.h"
#include "mailroom/server/config/duration.h"
#include "mailroom/server/hall/admission.h"
#include "mailroom/server/hall/answer_record.h"
#include "mailroom/server/hall/compose.h"
#include "mailroom/server/hall/intake.h"
#include "mailroom/server/ops/connection_output.h"

namespace mailroom::server {
namespace {

// Give or take a tenth: connections that came together do not leave together. Nothing
// overflows, whatever a program sets: flags hold the age to kMostDuration.
Duration Jittered(Duration age, Random& random) {
  const double factor = 0.9 + 0.2 * random.Fraction();
  return std::chrono::duration_cast<Duration>(std::min(age, kMostDuration) * factor);
}

}  // namespace

Session::Session(Hall& hall, io::Connection& connection, std::unique_ptr<http::Engine> engine,
                 StreamOrder order)
    : hall_(hall),
      engine_(std::move(engine)),
      peer_(connection.peer().ToString()),
      exchanges_(hall),
      watch_(hall, connection.id()),
      order_(order) {
  watch_.Await(ConnectionWatch::Phase::kIdle);
  const Duration age = hall.options.max_connection_age;
  if (age > Duration::zero()) {
    age_ = hall.ages.Add(DeadlineIn(hall.loop->now(), Jittered(age, hall.random)), connection.id());
  }
}

void Session::OnRead(io::Connection& connection) {
  ConnectionOutput out(connection);
  const size_t before = connection.queued_output();
  bool more = !finished_;
  while (more) {
    // One request at most is read ahead of what may be dispatched.
    if (!exchanges_.empty() && exchanges_.last()->state == Exchange::State::kHeld) break;
    size_t consumed = 0;
    const http::Event event = engine_->Next(connection.input(), &consumed, out);
    more = OnEvent(connection, event, out);
    connection.Consume(consumed);
  }
  const size_t queued = connection.queued_output();
  if (queued > before) watch_.AddWriting(before, queued);
  Advance(connection);
}

// False when there is nothing more to pull.
bool Session::OnEvent(io::Connection& connection, const http::Event& event, http::Output& out) {
  if (const auto* head = std::get_if<http::Head>(&event)) {
    OnHead(*head, out);
  } else if (const auto* body = std::get_if<http::Body>(&event)) {
    OnBody(*body);
  } else if (const auto* end = std::get_if<http::End>(&event)) {
    EndRequest(connection, end->stream);
  } else if (const auto* reset = std::get_if<http::Reset>(&event)) {
    OnReset(connection, reset->stream);
  } else if (const auto* bad = std::get_if<http::Bad>(&event)) {
    OnBad(*bad);
    return false;
  } else if (std::holds_alternative<http::NeedMore>(event)) {
    AwaitRest(connection);
    // An engine that wants no input now says nothing about what is behind it.
    all_read_ = connection.peer_closed() && engine_->state().reads;
    return false;
  }
  // Trailers mean nothing to unary calls; Advance() sends what has become writable.
  return true;
}

void Session::OnHead(const http::Head& head, http::Output& out) {
  Exchange& exchange = exchanges_.Append(head.stream);
  ReadHead(hall_, head, &exchange);
  const size_t limit = hall_.options.max_requests_per_connection;
  if (limit > 0 && static_cast<size_t>(head.stream) == limit) {
    hall_.counters.evicted[static_cast<size_t>(Evicted::kRequests)].Add();
  }
  if (!head.has_body) return;
  if (head.awaits_grant && (exchange.refused || exchange.kind != Exchange::Kind::kCall)) {
    // Told at once why not to send it (RFC 9110 s10.1.1).
    exchange.state = Exchange::State::kReady;
  } else {
    // The whole message: less would never end one that is larger. The engine's limits bound it.
    engine_->Grant(head.stream, SIZE_MAX, out);
  }
}

void Session::OnBody(const http::Body& body) {
  Exchange* const exchange = exchanges_.Find(body.stream);
  if (exchange == nullptr) return;
  exchange->request_bytes += body.bytes.size();
  if (exchange->refused || exchange->envelope == nullptr) return;
  if (hall_.ChargeBody(*exchange->envelope, body.bytes.size())) {
    exchange->envelope->request.append(body.bytes);
    return;
  }
  // What came of it makes room at once; the rest is dropped as it comes.
  hall_.GiveBack(std::move(exchange->envelope));
  ShedCall(hall_, exchange, Shed::kBodyMemory, BodyMemoryStatus(hall_.options));
}

// A deadline runs from the head on, also while the body comes.
void Session::AwaitRest(io::Connection& connection) {
  Exchange* const newest = exchanges_.last();
  if (newest == nullptr || newest->state != Exchange::State::kReceiving) return;
  if (newest->deadline == kForever || newest->receiving) return;
  newest->receiving = hall_.loop->StartTimer(newest->deadline, connection.id());
}

void Session::EndRequest(io::Connection& connection, http::StreamId stream) {
  Exchange* const found = exchanges_.Find(stream);
  if (found == nullptr || found->state != Exchange::State::kReceiving) return;
  Exchange& exchange = *found;
  if (exchange.receiving) hall_.loop->CancelTimer(std::exchange(exchange.receiving, TimerId()));
  if (exchange.refused || exchange.kind != Exchange::Kind::kCall) {
    exchange.state = Exchange::State::kReady;
    return;
  }
  exchange.route->counters.received.Add();
  Status opened = exchange.protocol->OpenBody(&exchange.envelope->request);
  if (!opened.ok()) {
    RefuseCall(&exchange, std::move(opened));
    exchange.state = Exchange::State::kReady;
  } else if (MayDispatch(exchange)) {
    Dispatch(connection, exchange);
  } else {
    exchange.state = Exchange::State::kHeld;
  }
}

// The peer took the stream back: nobody waits for its answer.
void Session::OnReset(io::Connection& connection, http::StreamId stream) {
  Exchange* const exchange = exchanges_.Find(stream);
  if (exchange == nullptr) return;
  if (exchange->state == Exchange::State::kOut) {
    ReleaseCall(*exchange, Released::kReset);
    --out_;
  }
  EndExchange(&connection, *exchange, Code::kCanceled, /*http_status=*/0);
}

void Session::OnBad(const http::Bad& bad) {
  // Half a request, or none: the fault is its answer.
  Exchange* const begun = exchanges_.Find(bad.stream);
  Exchange& exchange = begun != nullptr ? *begun : exchanges_.Append(bad.stream);
  exchange.state = Exchange::State::kReady;
  if (exchange.protocol != nullptr && bad.status == 413) {
    // A call's message over the limit is told in the caller's protocol.
    RefuseCall(&exchange, Status(Code::kResourceExhausted, bad.reason));
    return;
  }
  if (exchange.protocol != nullptr) CountAnswer(hall_, exchange, Code::kInvalidArgument);
  RefuseHttp(hall_, &exchange, bad.status, Code::kInvalidArgument, bad.reason);
}

// Invariant 3.
bool Session::MayDispatch(const Exchange& exchange) const {
  return out_ == 0 || order_ == StreamOrder::kIndependent ||
         MayOverlapEarlier(exchanges_, exchange);
}

void Session::Dispatch(io::Connection& connection, Exchange& exchange) {
  exchange.state = Exchange::State::kReady;  // unless it really leaves
  if (Expired(hall_.loop->now(), exchange.deadline)) {
    RefuseCall(&exchange, DeadlineStatus(exchange.head.timeout, hall_.options));
    return;
  }
  exchange.call =
      hall_.calls.Insert(PendingCall{connection.id(), exchange.stream, exchange.route, TimerId()});
  if (!exchange.call) {
    ShedCall(hall_, &exchange, Shed::kTooManyCalls, TooManyCallsStatus());
    return;
  }
  AddressMail(hall_, peer_, &exchange);
  actors::EnvelopePtr mail(exchange.envelope.release());
  exchange.replica = &hall_.router.Pick(*exchange.route->destination);
  mail->replica_index = exchange.replica->index;
  if (!exchange.replica->ref.TryPost(&mail)) {
    exchange.envelope.reset(mail.release());
    hall_.calls.Release(exchange.call);
    ShedCall(hall_, &exchange, Shed::kMailboxFull, MailboxFullStatus(*exchange.replica));
    return;
  }
  exchange.state = Exchange::State::kOut;
  ++out_;
  ++exchange.replica->out;
  if (!exchange.replica->on_this_loop) hall_.posted = true;
  hall_.counters.dispatched.Add();
  if (exchange.deadline != kForever) {
    hall_.calls.Find(exchange.call)->timer =
        hall_.loop->StartTimer(exchange.deadline, exchange.call);
  }
}

void Session::OnPeerEnd(io::Connection& connection) {
  if (!finished_) watch_.Await(AwaitedPhase(connection));
}

void Session::Attach(http::StreamId stream, std::unique_ptr<actors::Envelope> reply) {
  Exchange* const exchange = exchanges_.Find(stream);
  MAILROOM_CHECK(exchange != nullptr && exchange->state == Exchange::State::kOut);
  EndCall(*exchange);
  KeepReply(*exchange, std::move(reply));
}

// It has an answer, whatever that is and whenever its turn comes. A peer that has ended its
// side is waited for anew: it may be waiting for all its answers.
void Session::EndCall(Exchange& exchange) {
  exchange.state = Exchange::State::kReady;
  --out_;
  if (watch_.phase() == ConnectionWatch::Phase::kHalfClosed) {
    watch_.Await(ConnectionWatch::Phase::kHalfClosed, /*anew=*/true);
  }
}

// It may wait for its turn, or for a slow reader: the request does not wait with it, and
// one that is too large does not wait.
void Session::KeepReply(Exchange& exchange, std::unique_ptr<actors::Envelope> reply) {
  hall_.DischargeBody(*reply);
  reply->DropRequest();
  const size_t bytes = reply->reply.size();
  if (!reply->status.ok()) {
    reply->status = rpc::BoundError(std::move(reply->status));
  } else if (bytes > hall_.options.max_reply_bytes) {
    reply->DropAnswer();
    RefuseCall(&exchange, ReplyTooLargeStatus(bytes, hall_.options));
  }
  exchange.envelope = std::move(reply);
}

void Session::Expire(io::Connection& connection, http::StreamId stream) {
  Exchange* const exchange = exchanges_.Find(stream);
  MAILROOM_CHECK(exchange != nullptr && exchange->state == Exchange::State::kOut);
  Cancel(*exchange);
  RefuseCall(exchange, DeadlineStatus(exchange->head.timeout, hall_.options));
  EndCall(*exchange);
  Advance(connection);
}

void Session::ExpireReceiving(io::Connection& connection) {
  for (Exchange* one = exchanges_.first(); one != nullptr; one = one->next.get()) {
    if (one->state != Exchange::State::kReceiving) continue;
    if (Expired(hall_.loop->now(), one->deadline)) ExpireHalf(connection, *one);
  }
  Advance(connection);
}

void Session::ExpireHalf(io::Connection& connection, Exchange& exchange) {
  if (exchange.envelope != nullptr) hall_.GiveBack(std::move(exchange.envelope));
  if (!exchange.refused) {
    // Its rest may be here, and we did not read it.
    const bool unread = out_ > 0 || connection.over_high_water();
    RefuseCall(&exchange, unread ? UnreadRequestStatus(exchange.head.timeout, hall_.options)
                                 : LateRequestStatus(exchange.head.timeout, hall_.options));
  }
  exchange.state = Exchange::State::kReady;
  if (order_ == StreamOrder::kIndependent) return;
  // What is left of the body would be read as the next request.
  ConnectionOutput out(connection);
  engine_->StartClosing(out);
}

// Nobody waits for the reply any more: the actor is told. What comes home late
// is stale.
void Session::Cancel(const Exchange& exchange) {
  exchange.replica->ref.cell().Post(Completion{exchange.call, nullptr});
}

void Session::ReleaseCall(Exchange& exchange, Released why) {
  if (const PendingCall* pending = hall_.calls.Find(exchange.call)) {
    hall_.loop->CancelTimer(pending->timer);
  }
  hall_.calls.Release(exchange.call);
  hall_.counters.released[static_cast<size_t>(why)].Add();
  Cancel(exchange);
  exchange.state = Exchange::State::kReady;
}

void Session::Abandon(Released why) {
  for (Exchange* exchange = exchanges_.first(); exchange != nullptr;
       exchange = exchange->next.get()) {
    if (exchange->state == Exchange::State::kOut) ReleaseCall(*exchange, why);
  }
  // Its queued output is dropped with it.
  EndUnanswered(/*connection=*/nullptr, Code::kCanceled, /*http_status=*/0);
  out_ = 0;
  finished_ = true;
}

void Session::EndUnanswered(io::Connection* connection, Code code, int http_status) {
  while (!exchanges_.empty()) {
    EndExchange(connection, *exchanges_.first(), code, http_status);
  }
}

// Nobody will be told how it ended; the metrics and the log are, unless its answer has begun.
void Session::EndExchange(io::Connection* connection, Exchange& exchange, Code code,
                          int http_status) {
  if (!exchange.head_sent) {
    if (exchange.kind == Exchange::Kind::kCall) CountAnswer(hall_, exchange, code);
    LogAnswer(hall_, exchange, peer_, {code, http_status, /*bytes=*/0});
  } else if (connection != nullptr) {
    connection->WriteQueue().Keep(std::move(exchange.body));
  }
  exchanges_.Remove(exchange);
}

void Session::Advance(io::Connection& connection) {
  if (connection.closing()) return;
  ConnectionOutput out(connection);
  const size_t before = connection.queued_output();
  bool answered = false;
  for (;;) {
    if (SendAnswers(connection, out)) answered = true;
    if (exchanges_.empty()) break;
    Exchange& newest = *exchanges_.last();
    if (newest.state != Exchange::State::kHeld || !MayDispatch(newest)) break;
    Dispatch(connection, newest);
  }
  if (answered) watch_.AddWriting(before, connection.queued_output());
  CloseIfDone(connection);
  if (finished_) return;
  // Invariant 1.
  if (engine_->state().reads) {
    connection.ResumeReading();
  } else {
    connection.PauseReading();
  }
  watch_.Await(AwaitedPhase(connection), answered);
}

// Of each answer that is ready what its stream may send now. True when something was sent.
bool Session::SendAnswers(io::Connection& connection, http::Output& out) {
  bool sent = false;
  Exchange* exchange = exchanges_.first();
  while (exchange != nullptr) {
    Exchange* const next = exchange->next.get();
    if (exchange->state == Exchange::State::kReady && engine_->Sendable(exchange->stream) > 0) {
      if (!connection.TakesMore()) break;  // invariant 5
      sent = true;
      if (SendAnswer(*exchange, out)) exchanges_.Remove(*exchange);
    }
    exchange = next;
  }
  return sent;
}

// Something is ready and waits: for its turn, or for the client to take what is queued.
bool Session::AnswersWait() const {
  for (const Exchange* one = exchanges_.first(); one != nullptr; one = one->next.get()) {
    if (one->state == Exchange::State::kReady) return true;
  }
  return false;
}

void Session::CloseIfDone(io::Connection& connection) {
  if (finished_ || out_ > 0 || AnswersWait()) return;
  const bool answered = exchanges_.empty();
  // The peer sends no more: what is half received stays so.
  const bool all_read = all_read_ || connection.input().empty();
  const bool ended = connection.peer_closed() && all_read &&
                     (answered || exchanges_.last()->state == Exchange::State::kReceiving);
  if ((answered && engine_->state().must_close) || ended) Finish(connection);
}

// Nothing more is read; what is queued is written, then the connection ends.
void Session::Finish(io::Connection& connection) {
  finished_ = true;
  // Half a request, if any: the connection may linger, its bytes need not.
  EndUnanswered(&connection, Code::kCanceled, /*http_status=*/0);
  watch_.Await(ConnectionWatch::Phase::kNone);
  connection.CloseAfterFlush();
}

// True when all of it was sent.
bool Session::SendAnswer(Exchange& exchange, http::Output& out) {
  return exchange.head_sent ? SendBody(exchange, out) : SendHead(exchange, out);
}

// The head, and the whole body if its stream may send that much.
bool Session::SendHead(Exchange& exchange, http::Output& out) {
  const Code code = ComposeAnswer(hall_, exchange);
  rpc::Answer& answer = hall_.answer;
  if (exchange.kind == Exchange::Kind::kCall) CountAnswer(hall_, exchange, code);
  const size_t size = answer.body.size();
  http::ResponseHead head;
  head.status = answer.status;
  head.content_type = answer.content_type;
  head.headers = &answer.headers;
  head.content_length = size;
  head.last = size == 0;
  // Set here and not when the drain begins: an idle client may have sent a request already, and
  // may still be reading an answer without `Connection: close`.
  if (hall_.closing.load()) engine_->StartClosing(out);
  LogAnswer(hall_, exchange, peer_, {code, answer.status, size});
  engine_->SendHead(exchange.stream, head, hall_.WallNow(), out);
  if (size == 0) return true;
  if (engine_->Sendable(exchange.stream) >= size) {
    engine_->Send(exchange.stream, {.body = &answer.body, .offset = 0, .size = size},
                  /*last=*/true, out);
    hall_.answer.Trim();
    return true;
  }
  exchange.head_sent = true;
  exchange.body = std::move(answer.body);
  return SendBody(exchange, out);
}

bool Session::SendBody(Exchange& exchange, http::Output& out) {
  const size_t left = exchange.body.size() - exchange.sent;
  const size_t size = std::min(left, engine_->Sendable(exchange.stream));
  if (size == 0) return false;
  const http::BodyPart part = {.body = &exchange.body, .offset = exchange.sent, .size = size};
  exchange.sent += size;
  engine_->Send(exchange.stream, part, /*last=*/size == left, out);
  return size == left;
}

void Session::Evict(io::Connection& connection, Evicted kind) {
  const size_t queued = connection.queued_output();
  // What is half here is half here because we do not read: the write deadline counts.
  if ((kind == Evicted::kHeader || kind == Evicted::kBody) && connection.over_high_water()) {
    watch_.Await(AwaitedPhase(connection), /*anew=*/true);
    return;
  }
  if (kind == Evicted::kWrite && watch_.GoOnWriting(queued)) return;
  if (kind == Evicted::kHalfClose && queued > 0) {
    // It is not gone but takes an earlier answer: the write deadline counts.
    watch_.Await(ConnectionWatch::Phase::kHalfClosed, /*anew=*/true);
    return;
  }
  if (kind == Evicted::kIdle && queued > 0) {
    // It is not idle but takes its answer: the write deadline counts.
    watch_.Await(ConnectionWatch::Phase::kIdle, /*anew=*/true);
    return;
  }
  hall_.counters.evicted[static_cast<size_t>(kind)].Add();
  if (kind == Evicted::kHeader || kind == Evicted::kBody) {
    // RFC 9110 s15.5.9: say why, then close.
    connection.Write(TimeoutAnswer(kind == Evicted::kHeader ? "--header-timeout" : "--body-timeout",
                                   hall_.DateLine()));
    watch_.AddWriting(queued, connection.queued_output());
    EndUnanswered(&connection, Code::kCanceled, /*http_status=*/408);
    Finish(connection);
    return;
  }
  connection.Close();
}

void Session::OnAge(io::Connection& connection) {
  if (finished_) return;
  const Evicted kind = aged_ ? Evicted::kAgeGrace : Evicted::kAge;
  hall_.counters.evicted[static_cast<size_t>(kind)].Add();
  if (aged_) {
    connection.Close();
    return;
  }
  aged_ = true;
  StartDraining(connection);
  const Duration grace = hall_.options.max_connection_age_grace;
  if (finished_ || grace <= Duration::zero()) return;
  age_ = hall_.ages.Add(DeadlineIn(hall_.loop->now(), grace), connection.id());
}

void Session::StartDraining(io::Connection& connection) {
  if (finished_) return;
  ConnectionOutput out(connection);
  engine_->StartClosing(out);
  // What is half received is finished, or times out; who is idle is told now.
  if (AwaitedPhase(connection) == ConnectionWatch::Phase::kIdle) Finish(connection);
}

ConnectionWatch::Phase Session::AwaitedPhase(const io::Connection& connection) const {
  using Phase = ConnectionWatch::Phase;
  if (out_ > 0) return connection.peer_ending() ? Phase::kHalfClosed : Phase::kFrozen;
  if (AnswersWait()) return Phase::kFrozen;
  if (!exchanges_.empty()) return Phase::kBody;
  return engine_->state().at_rest && connection.input().empty() ? Phase::kIdle : Phase::kHeader;
}

}  // namespace mailroom::server
