// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/loop.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "mailroom/base/check.h"
#include "mailroom/io/connection_set.h"
#include "mailroom/io/listener_set.h"
#include "mailroom/io/signals.h"
#include "mailroom/io/wake_list.h"

namespace mailroom::io {

Loop::Loop(const Options& options, std::unique_ptr<Poller> poller, const Clock& clock,
           Handler& handler)
    : options_(options),
      clock_(clock),
      handler_(handler),
      poller_(std::move(poller)),
      now_(clock.Now()),
      next_tick_(DeadlineIn(now_, options.tick)),
      events_(static_cast<size_t>(options.events_per_wait)),
      wakes_(std::make_unique<WakeList>(*poller_)),
      connections_(std::make_unique<ConnectionSet>(
          ConnectionSet::Environment{options.number, *poller_, handler, counters_, role_},
          options.connection)),
      listeners_(std::make_unique<ListenerSet>(
          ListenerSet::Options{options.number, options.accepts_per_turn, options.accept_pause},
          *poller_, *connections_, counters_)) {}

Loop::~Loop() {
  if (signals_ != nullptr) poller_->Remove(signals_->fd());
  listeners_->CloseAll();
  connections_->CloseAll(Status::Static(Code::kCanceled, "the loop has ended"), now_);
}

Status Loop::Init() { return poller_->Init(OwnToken(SlotKind::kWake)); }

// The turn.

Status Loop::Run(Mode mode) {
  const RoleScope on_loop_thread(role_);
  Duration timeout = mode == Mode::kNoWait ? Duration::zero() : NextTimeout();
  for (;;) {
    // 1 wait
    const Result<size_t> ready = poller_->Wait(events_, timeout);
    if (!ready.ok()) return ready.status();
    // 2 set now (constant for the turn)
    SetNow();
    // 3 readiness batch
    for (size_t i = 0; i < *ready; ++i) Dispatch(events_[i]);
    // 4 due timers
    RunDue();
    // 5 settle: run inline actors, drain the mailbox, parse what that unfroze,
    //   until nothing moves or the turn's budget is spent
    Settle();
    // 6 wake workers, once
    handler_.Publish();
    // 7 flush each dirty connection once
    connections_->Flush(now_);
    // 8 sweep: release closed slots, bump generations
    if (connections_->Sweep()) listeners_->Resume();
    if (mode != Mode::kUntilDone || stopping_.exchange(false)) return Status();
    // 9 next timeout (0 if step 5 ran out of budget), announce sleep, look at the
    //   mailbox once more
    timeout = NextTimeout();
  }
}

void Loop::SetNow() {
  ++counters_.turns;
  const TimePoint before = now_;
  now_ = clock_.Now();
  // A turn that did not look at the clock at its end was followed by no wait.
  counters_.last_turn = (turn_end_ >= before ? turn_end_ : now_) - before;
  if (std::exchange(announced_, false)) handler_.EndSleep();
}

void Loop::Dispatch(const Ready& ready) {
  switch (ready.token.kind()) {
    case SlotKind::kConnection:
      connections_->OnReady(ready);
      return;
    case SlotKind::kListener:
      listeners_->OnReady(ready.token, now_);
      return;
    case SlotKind::kWake:
      ++counters_.wakes;
      wakes_->Run();
      return;
    case SlotKind::kSignal:
      TakeSignals();
      return;
    default:
      ++counters_.stale_events;
      return;
  }
}

void Loop::TakeSignals() {
  while (const int signal_number = signals_->Take()) handler_.OnSignal(signal_number);
}

void Loop::RunDue() {
  // At most as many as there were: a timer that is started anew by its own hook fires in
  // the next turn.
  for (size_t left = timers_.size(); left > 0; --left) {
    const std::optional<SlotId> token = timers_.PopDue(now_);
    if (!token) break;
    handler_.OnTimer(*token);
  }
  connections_->EndLingering(now_);
  listeners_->ResumeIfDue(now_);
  handler_.OnTurn(now_);
  if (Expired(now_, next_tick_)) {
    next_tick_ = DeadlineIn(now_, options_.tick);
    handler_.OnTick();
  }
}

void Loop::Settle() {
  settled_ = false;
  for (int round = 0; round < options_.settle_budget && !settled_; ++round) {
    const bool moved = handler_.Settle();
    const bool offered = connections_->OfferInput();
    settled_ = !moved && !offered;
  }
}

Duration Loop::NextTimeout() {
  if (!settled_ || stopping_.load() || connections_->HasWork()) return Duration::zero();
  const TimePoint next = std::min({timers_.NextDeadline(), handler_.NextDeadline(), next_tick_,
                                   connections_->NextDeadline(), listeners_->NextDeadline()});
  // Read the clock again: the turn has taken time, and the next deadline must not be late.
  turn_end_ = clock_.Now();
  const Duration timeout = Remaining(turn_end_, next);
  if (timeout == Duration::zero()) return timeout;
  announced_ = true;
  return handler_.PrepareSleep() ? timeout : Duration::zero();
}

void Loop::Stop() {
  stopping_.store(true);
  poller_->Wake();
}

void Loop::Wake() noexcept { poller_->Wake(); }

// What it owns.

Status Loop::AddWake(const io::Wake& wake, io::Wake::Callback callback) {
  role_.AssertHeld();
  return wakes_->Add(wake, std::move(callback));
}

void Loop::RemoveWake(const io::Wake& wake) {
  role_.AssertHeld();
  wakes_->Remove(wake);
}

Status Loop::AddListener(Listener listener) {
  role_.AssertHeld();
  return listeners_->Add(std::move(listener));
}

void Loop::CloseListeners() {
  role_.AssertHeld();
  listeners_->CloseAll();
}

void Loop::PauseAccepting(bool paused) {
  role_.AssertHeld();
  listeners_->Pause(paused);
}

Status Loop::Adopt(int fd, const Address& peer) {
  role_.AssertHeld();
  Socket socket{Descriptor(fd)};
  MAILROOM_RETURN_IF_ERROR(socket.SetNonBlocking());
  return connections_->Add(std::move(socket), peer);
}

Connection* Loop::Find(ConnectionId id) {
  role_.AssertHeld();
  return connections_->Find(id);
}

size_t Loop::connection_count() const {
  role_.AssertHeld();
  return connections_->size();
}

void Loop::VisitConnections(void (*visit)(void*, Connection&), void* visitor) {
  role_.AssertHeld();
  connections_->ForEach([&](Connection& connection) {
    if (!connection.closing()) visit(visitor, connection);
  });
}

TimerId Loop::StartTimer(TimePoint when, SlotId token) {
  role_.AssertHeld();
  return timers_.Add(when, token);
}

void Loop::CancelTimer(TimerId id) {
  role_.AssertHeld();
  timers_.Cancel(id);
}

size_t Loop::timer_count() const {
  role_.AssertHeld();
  return timers_.size();
}

Status Loop::WatchSignals(const std::vector<int>& signal_numbers) {
  role_.AssertHeld();
  if (signals_ != nullptr) return AlreadyExists("signals are watched already");
  MAILROOM_ASSIGN_OR_RETURN(Signals signals, Signals::Watch(signal_numbers));
  MAILROOM_RETURN_IF_ERROR(
      poller_->Add(signals.fd(), OwnToken(SlotKind::kSignal), {.readable = true}));
  signals_ = std::make_unique<Signals>(std::move(signals));
  return Status();
}

void Loop::ForgetSignals() {
  role_.AssertHeld();
  if (signals_ == nullptr) return;
  poller_->Remove(signals_->fd());
  signals_.reset();
}

}  // namespace mailroom::io
