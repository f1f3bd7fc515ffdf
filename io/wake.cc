// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/wake.h"

#include <algorithm>
#include <utility>

#include "mailroom/io/wake_list.h"

namespace mailroom::io {

Wake::Wake() : state_(std::make_shared<State>()) {}

void Wake::Notify() noexcept {
  // A read-modify-write, never a load first: a look that may be old loses wakes.
  if (state_->pending.exchange(true)) return;  // invariant 2
  MutexLock lock(state_->mutex);
  if (state_->poller != nullptr) state_->poller->Wake();
}

WakeList::~WakeList() {
  for (const StatePtr& state : states_) {
    if (state != nullptr) Detach(*state);
  }
}

Status WakeList::Add(const Wake& wake, Wake::Callback callback) {
  Wake::State& state = *wake.state_;
  {
    MutexLock lock(state.mutex);
    if (state.poller != nullptr) return AlreadyExists("the wake is on a loop already");
    state.poller = &poller_;
  }
  state.callback = std::move(callback);
  states_.push_back(wake.state_);
  // It may have been notified before any loop had it (S34).
  if (state.pending.load()) poller_.Wake();
  return Status();
}

void WakeList::Remove(const Wake& wake) {
  const auto found = std::find(states_.begin(), states_.end(), wake.state_);
  if (found == states_.end()) return;
  Detach(**found);
  found->reset();
  if (!running_) std::erase(states_, nullptr);
}

void WakeList::Run() {
  running_ = true;
  // By index: a callback may add and remove wakes, itself included.
  for (size_t i = 0; i < states_.size(); ++i) {
    const StatePtr state = states_[i];
    if (state == nullptr) continue;
    if (!state->pending.exchange(false)) continue;  // invariant 1: before the callback
    // Moved out for the call, since removing the wake in it destroys the field's value.
    Wake::Callback callback = std::exchange(state->callback, nullptr);
    const Wake::Next next = callback();
    if (states_[i] != state) continue;  // removed by its own callback
    state->callback = std::move(callback);
    if (next == Wake::Next::kRearm) continue;
    Detach(*state);
    states_[i].reset();
  }
  running_ = false;
  std::erase(states_, nullptr);
}

void WakeList::Detach(Wake::State& state) {
  // First: once the poller is gone another loop may set a callback of its own.
  state.callback = nullptr;
  MutexLock lock(state.mutex);
  state.poller = nullptr;
}

}  // namespace mailroom::io
