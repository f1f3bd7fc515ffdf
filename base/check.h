// SPDX-License-Identifier: Apache-2.0
#pragma once

// CHECK: what must hold, or the program ends.
//
// MAILROOM_CHECK(condition) is always on, MAILROOM_DCHECK(condition) only
// without NDEBUG (with it the condition is compiled and never evaluated). Both
// are for broken invariants and preconditions, that is for our own bugs: what
// a peer, a user or the kernel can cause is a Status. A failure gives the log a second
// for what waits, writes file, line and condition to stderr and aborts.
//
// Both are statements. Any thread.
namespace mailroom::check_internal {

[[noreturn, gnu::cold]] void Fail(const char* file, int line, const char* condition) noexcept;

}  // namespace mailroom::check_internal

#define MAILROOM_CHECK(condition)                                       \
  do {                                                                  \
    if (!(condition)) [[unlikely]] {                                    \
      ::mailroom::check_internal::Fail(__FILE__, __LINE__, #condition); \
    }                                                                   \
  } while (false)

#ifdef NDEBUG
#define MAILROOM_DCHECK(condition)           \
  do {                                       \
    if (false) static_cast<void>(condition); \
  } while (false)
#else
#define MAILROOM_DCHECK(condition) MAILROOM_CHECK(condition)
#endif
