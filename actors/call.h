// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <string_view>

#include "mailroom/actors/envelope.h"
#include "mailroom/actors/runner.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/metadata.h"
#include "mailroom/base/task_scope.h"

// Call: what a handler knows about the call it serves, beside the request.
//
// Lives in the call's job until the handler's task ends, so a reference to it
// (and to the request) is safe across co_await. At home only: on the actor.
namespace mailroom::actors {

// co_await call.Sleep(d), co_await call.Yield(). Resumes at home; destroying the
// task meanwhile cancels the timer.
class [[nodiscard("nothing waits until it is awaited: co_await it")]] SleepAwaiter final {
 public:
  // kNow does not start a timer: the resumption is posted at once.
  enum class Until { kNow, kTime };
  SleepAwaiter(Runner& runner, Until until, TimePoint when)
      : runner_(runner), until_(until), when_(when) {}
  ~SleepAwaiter();
  SleepAwaiter(const SleepAwaiter&) = delete;
  SleepAwaiter& operator=(const SleepAwaiter&) = delete;

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return Park(handle, *handle.promise().scope());
  }
  void await_resume() const noexcept {}

 private:
  bool Park(std::coroutine_handle<> handle, TaskScope& scope);

  Runner& runner_;
  const Until until_;
  const TimePoint when_;
  TaskScope* scope_ = nullptr;
  SlotId suspension_;
  TimerId timer_;
};

class Call final {
 public:
  // `envelope` and `runner` outlive the call.
  Call(Envelope& envelope, Runner& runner) : envelope_(envelope), runner_(runner) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // What the caller sent beside the message; keys in lower case, "-bin" values
  // decoded.
  const Metadata& metadata() const { return envelope_.metadata; }
  // "127.0.0.1:40112", or "in-process".
  std::string_view peer() const { return envelope_.peer; }

  // When the loop answers deadline_exceeded by itself: what the caller asked for,
  // or what the server allows if that is earlier; kForever without either.
  TimePoint deadline() const { return envelope_.deadline; }
  TimePoint now() const { return runner_.clock().Now(); }
  // What is left, floored at zero.
  Duration remaining() const { return Remaining(now(), envelope_.deadline); }
  // True once nobody waits for the answer any more (the peer is gone, or the
  // deadline has passed): it will be dropped. Worth a look after each co_await. Never of
  // a call from this process, which is not cancelled.
  bool canceled() const { return canceled_; }

  // What goes out with the answer, also with an error. Values of keys that end in
  // "-bin" are raw bytes.
  Metadata& headers() { return envelope_.headers; }
  Metadata& trailers() { return envelope_.trailers; }

  // Suspends the handler for `duration` (at least until the next turn); holds no
  // worker. REQUIRES: used as `co_await call.Sleep(d)`.
  SleepAwaiter Sleep(Duration duration) {
    return SleepAwaiter(runner_, SleepAwaiter::Until::kTime, DeadlineIn(now(), duration));
  }
  // Lets the actor's other calls have their turn.
  SleepAwaiter Yield() { return SleepAwaiter(runner_, SleepAwaiter::Until::kNow, TimePoint()); }

  // For the actor that owns the call.
  void set_canceled() { canceled_ = true; }

 private:
  Envelope& envelope_;
  Runner& runner_;
  bool canceled_ = false;
};

}  // namespace mailroom::actors
