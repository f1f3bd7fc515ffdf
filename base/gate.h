// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "mailroom/base/mutex.h"

// Gate: counts work in flight, and tells when the last of it has left.
//
// Work enters for a Token and leaves by destroying it. Close() refuses newcomers;
// from then on the count only falls. After Wait() returned, or drained() was true,
// nobody touches the gate any more and it may be destroyed.
// After Seastar's gate (core/gate.hh), for several threads.
//
// Invariants:
//   1 After Close() no TryEnter succeeds.
//   2 drained() becomes true exactly once: after Close(), when no token is left.
//   3 The thread that makes it true has finished with the gate when another one
//     sees it (both hold the mutex), so seeing it is leave to destroy the gate.
namespace mailroom {

class Gate final {
 public:
  // Destroying it leaves. Movable; may travel to another thread.
  class [[nodiscard]] Token final {
   public:
    Token() = default;  // holds nothing
    Token(Token&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Token& operator=(Token&& other) noexcept {
      if (this != &other) {
        Leave();
        gate_ = std::exchange(other.gate_, nullptr);
      }
      return *this;
    }
    ~Token() { Leave(); }
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    friend class Gate;
    explicit Token(Gate* gate) : gate_(gate) {}
    void Leave() {
      if (Gate* gate = std::exchange(gate_, nullptr)) gate->Leave();
    }
    Gate* gate_ = nullptr;
  };

  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Any thread. An empty token when the gate is closed.
  Token TryEnter() {
    uint64_t state = state_.load();
    while ((state & kClosed) == 0) {
      if (state_.compare_exchange_weak(state, state + 1)) return Token(this);
    }
    return Token();
  }

  // Any thread. Idempotent; does not wait.
  void Close() {
    if (state_.fetch_or(kClosed) == 0) MarkDrained();
  }

  // Any thread. How many tokens are out; may be old when it is read.
  size_t count() const { return static_cast<size_t>(state_.load() & ~kClosed); }
  bool closed() const { return (state_.load() & kClosed) != 0; }

  // Any thread. Closed and empty.
  bool drained() const {
    MutexLock lock(mutex_);
    return drained_;
  }
  // Any thread but a loop's. Blocks until drained; false when `deadline` came
  // first. REQUIRES: somebody calls Close().
  bool WaitUntil(TimePoint deadline) {
    MutexLock lock(mutex_);
    while (!drained_) {
      if (!changed_.WaitUntil(mutex_, deadline)) return drained_;
    }
    return true;
  }
  void Wait() { static_cast<void>(WaitUntil(kForever)); }

 private:
  static constexpr uint64_t kClosed = uint64_t{1} << 63;

  void Leave() {
    if (state_.fetch_sub(1) == (kClosed | 1)) MarkDrained();
  }
  void MarkDrained() {
    MutexLock lock(mutex_);
    drained_ = true;
    changed_.NotifyAll();
  }

  std::atomic<uint64_t> state_{0};  // kClosed and the tokens that are out
  mutable Mutex mutex_;
  CondVar changed_;
  bool drained_ MAILROOM_GUARDED_BY(mutex_) = false;
};

}  // namespace mailroom
