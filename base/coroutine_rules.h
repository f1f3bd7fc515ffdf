// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "mailroom/base/strict.h"

// What compilers refuse of coroutines that end in a Task: each mistake that would
// compile, and read freed memory or do nothing when it runs. Included by base/task.h.
// docs/pitfalls/ has an example of each, with what to write instead.

// g++ below 14 destroys some temporaries twice in a statement that holds a co_await:
// docs/pitfalls/coroutines.md lists them and the rule that avoids them all. 1 with such a
// compiler, else 0.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 14
#define MAILROOM_GCC12_COROUTINES 1
#ifndef MAILROOM_GCC_COROUTINES_READ
#error this g++ (below 14) miscompiles coroutines. Use clang: with Bazel, write \
build --repo_env=CC=clang-19 into .bazelrc. Who has read \
docs/pitfalls/coroutines.md of Mailroom and means it defines MAILROOM_GCC_COROUTINES_READ.
#endif
#else
#define MAILROOM_GCC12_COROUTINES 0
#endif

// MAILROOM_TASK_TYPE marks Task: what a call that makes one is given must outlive it,
// and what returns one is a coroutine. MAILROOM_TASK_WRAPPER, in front of a function,
// says that this one returns a Task and is none. Clang 18 and later check it.
//
// With MAILROOM_TASKS_FROM_ANYWHERE defined nothing is checked: for code whose tasks come
// out of mocks, or out of what calls or hands on a Task inside the standard library, such
// as std::function, std::invoke, std::apply, std::visit, std::exchange and
// std::future::get. All of these return a Task without being coroutines, and clang refuses
// that inside their headers.
#define MAILROOM_TASK_TYPE
#define MAILROOM_TASK_WRAPPER
#if defined(__clang__) && !defined(MAILROOM_TASKS_FROM_ANYWHERE)
#if __has_cpp_attribute(clang::coro_lifetimebound)
#undef MAILROOM_TASK_TYPE
#undef MAILROOM_TASK_WRAPPER
#define MAILROOM_TASK_TYPE [[clang::coro_return_type, clang::coro_lifetimebound]]
#define MAILROOM_TASK_WRAPPER [[clang::coro_wrapper]]
#endif
#endif

namespace mailroom {

class Status;
class TaskScope;
template <class T>
class Result;
template <class T = void>
class Task;

namespace task_internal {

template <class T>
class Promise;

// The name of a type; of a lambda "(lambda at greet.cc:5:12)" in clang's words,
// "Greet()::<lambda(int)>" in g++'s.
template <class T>
consteval std::basic_string_view<char> NameOf() {
  std::basic_string_view<char> name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find("T = ") + 4);
  name.remove_suffix(1);
  return name;
}

// Whether it is a lambda's, and not one of a class that only has a lambda's in it.
consteval bool NamesLambda(std::string_view name) {
  if (name.starts_with("(lambda at ")) return true;
  if (!name.ends_with(">")) return false;
  int open = 0;
  size_t at = name.size();
  do {
    --at;
    open += (name[at] == '>') - (name[at] == '<');
  } while (open != 0 && at > 0);
  return name.substr(at).starts_with("<lambda(");
}

// `First` is a coroutine's first parameter; of a lambda, as of a member function, that is
// the object, by reference. Asked in a body, which compilers look into at the end of the
// file: within its own body a lambda is not yet a complete type.
template <class First>
void RefuseCaptures() {
  using Object = std::remove_cvref_t<First>;
  if constexpr (std::is_reference_v<First> && NamesLambda(NameOf<Object>())) {
    constexpr bool no_captures = std::is_empty_v<Object>;
    static_assert(no_captures,
                  "a lambda that is a coroutine must not capture: what it captured dies with the "
                  "lambda, often before the coroutine has run. Write a function, or pass what it "
                  "needs as parameters by value: docs/pitfalls/coroutines.md in Mailroom");
  }
}
template <auto>
inline constexpr bool kAskedLater = true;

template <class... Parameters>
struct AskedLater {};
template <class First, class... Rest>
struct AskedLater<First, Rest...> {
  static_assert(kAskedLater<&RefuseCaptures<First>>);
};

// Enough of a promise that the static_assert below is the only error.
template <class T>
struct NoPromise {
  T get_return_object();
  std::suspend_always initial_suspend() noexcept;
  std::suspend_always final_suspend() noexcept;
  void unhandled_exception();
  template <class U>
  void return_value(U&&);
  TaskScope* scope();

  // Last: clang reads no further.
  static_assert(sizeof(T) == 0,
                "co_await and co_return need a function that returns a Task: write "
                "Task<Result<...>> where this one says Result<...>, Task<Status> where Status");
};

}  // namespace task_internal
}  // namespace mailroom

template <class T, class... Parameters>
struct std::coroutine_traits<mailroom::Task<T>, Parameters...>
    : mailroom::task_internal::AskedLater<Parameters...> {
  using promise_type = mailroom::task_internal::Promise<T>;
};

template <class T, class... Parameters>
struct std::coroutine_traits<mailroom::Result<T>, Parameters...> {
  using promise_type = mailroom::task_internal::NoPromise<mailroom::Result<T>>;
};

template <class... Parameters>
struct std::coroutine_traits<mailroom::Status, Parameters...> {
  using promise_type = mailroom::task_internal::NoPromise<mailroom::Status>;
};
