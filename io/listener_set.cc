// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/listener_set.h"

#include <utility>

#include "mailroom/base/log.h"

namespace mailroom::io {

ListenerSet::ListenerSet(const Options& options, Poller& poller, ConnectionSet& connections,
                         LoopCounters& counters)
    : options_(options),
      poller_(poller),
      connections_(connections),
      counters_(counters),
      table_(SlotKind::kListener, options.loop_number) {}

Status ListenerSet::Add(Listener listener) {
  const SlotId id = table_.Insert(std::move(listener));
  Status added = watching_ ? Watch(id, *table_.Find(id)) : Status();
  if (!added.ok()) table_.Erase(id);
  return added;
}

void ListenerSet::CloseAll() {
  table_.ForEach([this](SlotId id, Listener& listener) {
    poller_.Remove(listener.fd());
    table_.Erase(id);
  });
}

void ListenerSet::Pause(bool paused) {
  paused_ = paused;
  UpdateInterest();
}

void ListenerSet::OnReady(SlotId token, TimePoint now) {
  Status shortage;
  // A hook of this very loop may pause us or close the listener: look each time.
  for (int i = 0; i < options_.accepts_per_turn && accepting(); ++i) {
    Listener* listener = table_.Find(token);
    if (listener == nullptr) return;
    Listener::Accepted accepted = listener->Accept();
    if (accepted.state == Listener::Accepted::State::kWouldBlock) break;
    if (accepted.state == Listener::Accepted::State::kAccepted) {
      // Its failure is a connection that was closed, and counted, already.
      static_cast<void>(connections_.Add(std::move(accepted.socket), accepted.peer));
      continue;
    }
    shortage = std::move(accepted.error);
    if (accepted.state == Listener::Accepted::State::kStuck) break;
    ++counters_.shed;
  }
  if (!shortage.ok()) Hold(now, shortage);
}

void ListenerSet::Hold(TimePoint now, const Status& why) {
  ++counters_.holds;
  MAILROOM_LOG_EVERY(kWarning, std::chrono::seconds(1))
      << "not accepting for a moment, " << connections_.size() << " connections are open: " << why;
  held_until_ = DeadlineIn(now, options_.pause);
  UpdateInterest();
}

void ListenerSet::ResumeIfDue(TimePoint now) {
  if (Expired(now, held_until_)) Resume();
}

void ListenerSet::Resume() {
  if (held_until_ == kForever) return;
  held_until_ = kForever;
  UpdateInterest();
}

void ListenerSet::UpdateInterest() {
  if (std::exchange(watching_, accepting()) == accepting()) return;
  table_.ForEach([this](SlotId id, Listener& listener) {
    if (!watching_) return poller_.Remove(listener.fd());
    const Status watched = Watch(id, listener);
    if (!watched.ok()) MAILROOM_LOG(kError) << "listener " << listener.name() << ": " << watched;
  });
}

// Added and removed: what is watched exclusively cannot be modified.
Status ListenerSet::Watch(SlotId id, const Listener& listener) {
  return poller_.Add(listener.fd(), id,
                     {.readable = true, .writable = false, .exclusive = listener.is_duplicated()});
}

}  // namespace mailroom::io
