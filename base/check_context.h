// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <utility>

// CheckContext: what this thread runs, for the words of a check that fails.
//
// A check (base/check.h) often fails because of a mistake in a handler: the value of a
// Result was taken that holds an error. Its message then names the actor or the method.
// An actor's cell opens a context for each run; the actor names the method in it.
//
// Each thread has its own. The texts outlive the context: names of actors and paths of
// methods do.
namespace mailroom {

class CheckContext final {
 public:
  explicit CheckContext(std::string_view what) : before_(std::exchange(t_what, what)) {}
  ~CheckContext() { t_what = before_; }
  CheckContext(const CheckContext&) = delete;
  CheckContext& operator=(const CheckContext&) = delete;

  // Says it more precisely, until the innermost context ends.
  static void Name(std::string_view what) { t_what = what; }
  // Empty outside of any context.
  static std::string_view Current() { return t_what; }

 private:
  static inline constinit thread_local std::string_view t_what;

  const std::string_view before_;
};

}  // namespace mailroom
