// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/io_actor.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "mailroom/base/log.h"
#include "mailroom/base/post_batch.h"
#include "mailroom/http/http1_engine.h"
#include "mailroom/server/hall/admission.h"

namespace mailroom::server {
namespace {

// Completions settled in one round of step 5; the loop comes back for more.
constexpr size_t kSettledPerRound = 1024;

// Far more than the head of an answer takes, or what has no limit of its own: the index
// page and HTTP's errors.
constexpr size_t kMostHeads = 4 * 1024 * 1024;

// For the line that says so, when the process is to exit at once.
constexpr Duration kLastLinePatience = std::chrono::milliseconds(100);

io::Loop::Options LoopOptions(const ServerOptions& options, uint8_t number) {
  io::Loop::Options loop;
  loop.connection.send_buffer = static_cast<int>(
      std::min(options.send_buffer_bytes, static_cast<size_t>(std::numeric_limits<int>::max())));
  loop.number = number;
  // More than any head may have; bodies are taken out as they come.
  loop.connection.max_input = 128 * 1024;
  loop.connection.linger = options.linger_timeout;
  // Never met: one answer is queued behind the high-water mark (Session's invariant 5).
  loop.connection.hard_cap =
      loop.connection.high_water + kMostHeads + std::min(options.max_reply_bytes, size_t{1} << 48);
  return loop;
}

}  // namespace

IoActor::IoActor(const ServerOptions& options, uint8_t number, std::unique_ptr<io::Poller> poller,
                 const Clock& clock)
    : hall_(options, number, *this),
      activity_(actors::Activity::Kind::kLoop, "loop-" + std::to_string(number)),
      mailbox_(actors::Mailbox<Completion>::kUnbounded),
      inline_runner_(clock, [this] { Ring(); }),
      drain_(options.drain_delay, options.drain_timeout),
      loop_(LoopOptions(options, number), std::move(poller), clock, *this) {
  hall_.loop = &loop_;
}

IoActor::~IoActor() = default;

LoopSources IoActor::sources() const {
  LoopSources sources{&hall_.counters, {}, &hall_.access_log, posts_.get(), wakes()};
  for (const Route& route : hall_.router.routes()) {
    sources.methods.push_back({route.destination->spec->name, route.method->name, &route.counters});
  }
  return sources;
}

void IoActor::Post(Completion completion) noexcept {
  mailbox_.Post(std::move(completion));
  PostBatch* const batch = PostBatch::Current();
  if (batch == nullptr || !batch->Add(*this)) Ring();
}

void IoActor::Ring() noexcept {
  if (!doorbell_.Ring()) return;
  // relaxed: a counter.
  wakes_.fetch_add(1, std::memory_order_relaxed);
  loop_.Wake();
}

void IoActor::RequestStop() {
  hall_.closing.store(true);
  Ring();
}

bool IoActor::OnAccept(io::Connection& connection) {
  if (accept_ != nullptr && accept_->Enter()) PauseAccepting(true);
  if (connection.closing()) return true;  // it could not be registered: OnClose says why
  hall_.counters.accepted.Add();
  const size_t index = connection.id().index();
  if (index >= sessions_.size()) sessions_.resize(index + 1);
  sessions_[index] =
      engines_ ? std::make_unique<Session>(hall_, connection, engines_(), StreamOrder::kIndependent)
               : std::make_unique<Session>(hall_, connection, http::MakeHttp1Engine(hall_.http1),
                                           StreamOrder::kPipelined);
  return true;
}

void IoActor::OnRead(io::Connection& connection) {
  if (Session* session = Find(connection.id())) session->OnRead(connection);
}

void IoActor::OnPeerEnd(io::Connection& connection) {
  if (Session* session = Find(connection.id())) session->OnPeerEnd(connection);
}

void IoActor::OnDrained(io::Connection& connection) {
  if (Session* session = Find(connection.id())) session->Advance(connection);
}

void IoActor::OnReset(io::Connection& connection) {
  if (Session* session = Find(connection.id())) session->Abandon(Released::kReset);
}

void IoActor::OnClose(io::Connection& connection, const Status& why) {
  if (accept_ != nullptr) accept_->Leave();
  Session* const session = Find(connection.id());
  if (session == nullptr) return;
  session->Abandon(why.ok() ? Released::kClosed : Released::kReset);
  sessions_[connection.id().index()].reset();
}

// A call's deadline, told by the loop itself while the handler may still run, or while
// the request is still coming: then the token is the connection's.
void IoActor::OnTimer(SlotId token) {
  if (token.kind() == SlotKind::kConnection) {
    io::Connection* const connection = loop_.Find(token);
    if (connection != nullptr) Find(token)->ExpireReceiving(*connection);
    return;
  }
  // A reply that is home already is no late one.
  TakeHome();
  const PendingCall* const pending = hall_.calls.Find(token);
  if (pending == nullptr) return;
  const PendingCall call = *pending;
  hall_.calls.Release(token);
  hall_.counters.released[static_cast<size_t>(Released::kDeadline)].Add();
  io::Connection* const connection = loop_.Find(call.connection);
  if (connection == nullptr) return;
  Find(call.connection)->Expire(*connection, call.stream);
}

void IoActor::PauseAccepting(bool paused) {
  if (paused) hall_.counters.accept_pauses.Add();
  hall_.counters.accept_paused.Set(paused ? 1 : 0);
  loop_.PauseAccepting(paused);
}

void IoActor::OnTurn(TimePoint now) {
  if (accept_ != nullptr && accept_->GoOn()) PauseAccepting(false);
  activity_.BeginStep(now);
  if (Expired(now, next_beat_)) {
    next_beat_ = DeadlineIn(now, beat_period_);
    beat_();
  }
  EvictDue(now);
  if (hall_.closing.load()) BeginDrain(now);
  if (drain_.phase() != Drain::Phase::kServing) StepDrain(now);
  CopyLoopCounters();
}

void IoActor::EvictDue(TimePoint now) {
  const auto evict = [this, now](io::DeadlineList& list, Evicted kind) {
    while (io::DeadlineList::Node* due = list.PopDue(now)) {
      io::Connection* const connection = loop_.Find(due->owner());
      if (connection == nullptr || connection->closing()) continue;
      Find(due->owner())->Evict(*connection, kind);
    }
  };
  evict(hall_.header_deadlines, Evicted::kHeader);
  evict(hall_.body_deadlines, Evicted::kBody);
  evict(hall_.idle_deadlines, Evicted::kIdle);
  evict(hall_.write_deadlines, Evicted::kWrite);
  // An answer that is home already is no late one.
  if (Expired(now, hall_.half_close_deadlines.Next())) TakeHome();
  evict(hall_.half_close_deadlines, Evicted::kHalfClose);
  while (const std::optional<ConnectionId> due = hall_.ages.PopDue(now)) {
    io::Connection* const connection = loop_.Find(*due);
    if (connection != nullptr && !connection->closing()) Find(*due)->OnAge(*connection);
  }
}

void IoActor::BeginDrain(TimePoint now) {
  if (drain_.phase() != Drain::Phase::kServing) return;
  drain_.Begin(now);
  // Whoever is answered from now on looks elsewhere for the next call. Idle connections
  // stay: what is sent on them meanwhile is served.
  hall_.closing.store(true);
  if (drains_) drains_();
}

void IoActor::StepDrain(TimePoint now) {
  if (drained()) return;
  Drain::Phase phase = drain_.Step(now, StillHere());
  if (phase == Drain::Phase::kDraining && !hall_.draining) {
    BeginDraining();
    phase = drain_.Step(now, StillHere());  // perhaps nobody was here
  }
  if (phase != Drain::Phase::kDone) return;
  if (drain_.forced()) {
    MAILROOM_LOG(kWarning) << "--drain-timeout: closing " << loop_.connection_count()
                           << " connections with " << hall_.counters.envelopes_out() << " calls";
  }
  loop_.Stop();
  activity_.EndStep();
}

void IoActor::BeginDraining() {
  MAILROOM_LOG(kInfo) << "draining: " << loop_.connection_count() << " connections, "
                      << hall_.counters.envelopes_out() << " calls";
  hall_.draining = true;
  loop_.CloseListeners();
  loop_.ForEachConnection([this](io::Connection& connection) {
    if (Session* session = Find(connection.id())) session->StartDraining(connection);
  });
}

TimePoint IoActor::NextDeadline() {
  return std::min({hall_.header_deadlines.Next(), hall_.body_deadlines.Next(),
                   hall_.idle_deadlines.Next(), hall_.write_deadlines.Next(),
                   hall_.half_close_deadlines.Next(), hall_.ages.NextDeadline(),
                   inline_runner_.NextDeadline(), drain_.deadline(), next_beat_});
}

bool IoActor::Settle() {
  const actors::WatchedHere watched(activity_);
  const bool ran = inline_runner_.RunQueued();
  return TakeHome() || ran;
}

// True when anything was there.
bool IoActor::TakeHome() {
  std::array<Completion, actors::Mailbox<Completion>::kTakenAtOnce> some;
  size_t taken = 0;
  while (taken < kSettledPerRound) {
    const size_t count = mailbox_.TryTake(some);
    for (size_t i = 0; i < count; ++i) SettleReply(std::move(some[i]));
    taken += count;
    if (count < some.size()) break;
  }
  AnswerSettled();
  return taken > 0;
}

// Rows 13 to 15: home, checked, attached.
void IoActor::SettleReply(Completion completion) {
  posts_.Add();
  // Only envelopes are posted here: a call's slot is the only one of this home.
  std::unique_ptr<actors::Envelope> reply(
      static_cast<actors::Envelope*>(completion.parcel.release()));
  --hall_.router.replica(reply->replica_index).out;
  const PendingCall* const pending = hall_.calls.Find(completion.slot);
  if (pending == nullptr) {
    hall_.counters.stale.Add();
    hall_.GiveBack(std::move(reply));
    return;
  }
  const PendingCall call = *pending;
  hall_.calls.Release(completion.slot);
  hall_.counters.attached.Add();
  if (call.timer) loop_.CancelTimer(call.timer);
  if (settled_ != call.connection) AnswerSettled();
  settled_ = call.connection;
  Find(call.connection)->Attach(call.stream, std::move(reply));
}

// A client that pipelines has its replies come home in a row: they are answered together.
void IoActor::AnswerSettled() {
  const ConnectionId id = std::exchange(settled_, ConnectionId());
  if (io::Connection* const connection = loop_.Find(id)) Find(id)->Advance(*connection);
}

void IoActor::Publish() {
  if (!std::exchange(hall_.posted, false)) return;
  if (runner_ != nullptr) runner_->Publish();
}

bool IoActor::PrepareSleep() {
  activity_.EndStep();
  doorbell_.Sleep();
  return mailbox_.depth() == 0 && inline_runner_.idle() &&
         (accept_ == nullptr || !accept_->may_go_on()) &&
         (!hall_.closing.load() || drain_.phase() != Drain::Phase::kServing);
}

void IoActor::EndSleep() {
  activity_.BeginStep(loop_.now());
  doorbell_.Awake();
}

void IoActor::OnTick() {}

void IoActor::OnSignal(int signal_number) {
  if (signal_number == SIGHUP) {
    if (hangs_up_) hangs_up_();
    return;
  }
  if (++signals_ > 1) {
    MAILROOM_LOG(kWarning) << "second signal: exiting at once";
    FlushLog(kLastLinePatience);
    std::_Exit(128 + signal_number);
  }
  MAILROOM_LOG(kInfo) << "signal " << signal_number << ": draining";
  BeginDrain(loop_.now());
}

void IoActor::CopyLoopCounters() {
  const io::LoopCounters& loop = loop_.counters();
  IoCounters& counters = hall_.counters;
  counters.turn.Observe(loop.last_turn);
  counters.accept_sheds.Set(loop.shed);
  counters.accept_holds.Set(loop.holds);
  counters.reads.Set(loop.reads);
  counters.writes.Set(loop.writes);
  counters.bytes_in.Set(loop.bytes_in);
  counters.bytes_out.Set(loop.bytes_out);
  counters.evicted[static_cast<size_t>(Evicted::kLinger)].Set(loop.linger_cuts);
  counters.calls.Set(hall_.calls.size());
  counters.timers.Set(loop_.timer_count());
}

Session* IoActor::Find(ConnectionId id) {
  return id.index() < sessions_.size() ? sessions_[id.index()].get() : nullptr;
}

void IoActor::AbandonSessions() {
  accept_ = nullptr;  // the other loops end, too
  for (const auto& session : sessions_) {
    if (session != nullptr) session->Abandon(Released::kClosed);
  }
}

void IoActor::Finish() {
  Completion completion;
  while (mailbox_.TryTake(&completion)) SettleReply(std::move(completion));
  MAILROOM_DCHECK(!settled_);  // all were stale
}

}  // namespace mailroom::server
