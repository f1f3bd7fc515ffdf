// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "mailroom/base/check.h"
#include "mailroom/base/coroutine_rules.h"
#include "mailroom/base/task_scope.h"

// Task<T>: a coroutine that ends in a T. Lazy, move-only, at home on one thread
// at a time; no scheduler inside.
//
//     Task<int> Half(int n) { co_return n / 2; }
//     Task<int> Quarter(int n) {
//       const int half = co_await Half(n);
//       co_return co_await Half(half);
//     }
//
// A task starts when it is awaited, or as a root with Start(scope). Awaited tasks
// inherit the scope of the one that awaits them. Destroying a task at a suspension
// point destroys the frames of all that it awaits, inside out: that is
// cancellation, always done at home, never by the task itself while it runs.
// An exception goes to whoever awaits, or comes out of the root's TakeResult(). A
// coroutine that ends without a co_return of its value ends in such an exception, too.
//
// What compilers refuse: coroutine_rules.h.
//
// The surprise: no symmetric transfer. With g++ below -O2, or under a sanitizer,
// it overflows the stack in a loop of awaits that finish at once. Here the child
// starts inside await_suspend, which returns false when it has finished already,
// and the end of a child resumes only a parent that really suspended.
//
// Invariants:
//   1 A parent is resumed at most once per await, and never from inside its own
//     await_suspend.
//   2 The stack grows with the depth of nested tasks, not with the number of awaits.
//   3 A frame is destroyed exactly once, by its Task.

namespace mailroom {

namespace task_internal {

// What the promises of all tasks share.
class PromiseBase {
 public:
  // Null until the task has started.
  TaskScope* scope() const { return scope_; }

  std::suspend_always initial_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception_ = std::current_exception(); }

 protected:
  PromiseBase() = default;
  PromiseBase(const PromiseBase&) = delete;
  PromiseBase& operator=(const PromiseBase&) = delete;

  // The parent may destroy this frame while Wake is still on the stack of it:
  // nothing is touched after resume().
  struct Wake {
    bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> ended) const noexcept {
      const std::coroutine_handle<> parent = ended.promise().parent_;
      if (parent) parent.resume();
    }
    void await_resume() const noexcept {}
  };

  bool failed() const { return exception_ != nullptr; }
  void RethrowIfFailed() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 public:
  Wake final_suspend() const noexcept { return {}; }

 private:
  template <class T>
  friend class mailroom::Task;

  TaskScope* scope_ = nullptr;
  std::coroutine_handle<> parent_;  // set only while it is really suspended
  std::exception_ptr exception_;
};

template <class T>
class Promise final : public PromiseBase {
 public:
  Task<T> get_return_object() noexcept;

  template <class U>
    requires std::is_convertible_v<U&&, T>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }

  bool gave_nothing() const { return !failed() && !value_; }

  T Take() {
    RethrowIfFailed();
    if (!value_) [[unlikely]] {
      FellOff();
    }
    return std::move(*value_);
  }

 private:
  // clang refuses to compile such a coroutine, g++ does not see it. The name of T, which
  // says which one it was, costs nothing where nobody asks.
  [[noreturn]] static void FellOff() {
    std::string text("a coroutine ended without co_return; it was to give a ");
    text += NameOf<T>();
    std::rethrow_exception(std::make_exception_ptr(std::logic_error(text)));
  }

  std::optional<T> value_;
};

template <>
class Promise<void> final : public PromiseBase {
 public:
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  bool gave_nothing() const { return false; }
  void Take() const { RethrowIfFailed(); }
};

}  // namespace task_internal

template <class T>
class MAILROOM_TASK_TYPE
    [[nodiscard("a Task does nothing until it is awaited: co_await it")]] Task final {
  static_assert(!std::is_reference_v<T>, "a task ends in a value; return a pointer instead");

 public:
  using promise_type = task_internal::Promise<T>;

  Task() = default;  // no coroutine
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    Task old(std::exchange(handle_, std::exchange(other.handle_, nullptr)));
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // False when default made or moved from.
  // No conversion to bool: `if (Check(x))` would ask a task that nobody awaited.
  bool valid() const { return static_cast<bool>(handle_); }

  // Runs the task as a root until it first suspends, or to its end. `scope`
  // outlives the task. REQUIRES: never started.
  void Start(TaskScope& scope) {
    MAILROOM_CHECK(valid() && "no task: it was moved from, or never made");
    MAILROOM_CHECK(handle_.promise().scope_ == nullptr && "a task starts once");
    handle_.promise().scope_ = &scope;
    handle_.resume();
  }
  // True once the coroutine has ended with a value or an exception.
  bool done() const { return handle_ && handle_.done(); }
  // True once it has ended without the value that is due: co_return is missing.
  bool gave_nothing() const { return done() && handle_.promise().gave_nothing(); }
  // The value, moved out, or the exception, thrown. REQUIRES: done(); once.
  T TakeResult() {
    MAILROOM_CHECK(done() && "the task is still suspended");
    return handle_.promise().Take();
  }

  // Awaiting consumes the task: `co_await F()` or `co_await std::move(task)`.
  auto operator co_await() && noexcept { return Awaiter(handle_); }

 private:
  friend promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  class [[nodiscard]] Awaiter {
   public:
    explicit Awaiter(Handle child) noexcept : child_(child) {}
    bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> parent) const {
      MAILROOM_CHECK(child_ && "no task to await: it was moved from, or never made");
      MAILROOM_CHECK(child_.promise().scope_ == nullptr && "a task is awaited once");
      child_.promise().scope_ = parent.promise().scope();
      child_.resume();
      if (child_.done()) return false;
      // Completions are posted, so nothing resumes the child before we are back
      // at home: here is early enough to say who waits for it.
      child_.promise().parent_ = parent;
      return true;
    }
    T await_resume() const { return child_.promise().Take(); }

   private:
    Handle child_;
  };

  explicit Task(Handle handle) noexcept : handle_(handle) {}

  Handle handle_;
};

namespace task_internal {

template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}

inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace task_internal

}  // namespace mailroom
