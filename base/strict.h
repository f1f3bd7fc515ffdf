// SPDX-License-Identifier: Apache-2.0
#pragma once

// Warnings that stop the build of every file that includes this header, whatever the
// flags of its build say: a function or a coroutine that may end without its result, and
// a Status, Result or Task that nobody looks at. All are mistakes that otherwise show
// themselves in the running server. docs/pitfalls/handlers.md has an example of each.
//
// What is included before this header keeps its own rules. A file that must drop such a
// result on purpose casts it to void.

#pragma GCC diagnostic error "-Wreturn-type"
#pragma GCC diagnostic error "-Wunused-result"
#ifdef __clang__
// A task that refers to what is gone before it runs (base/coroutine_rules.h).
#pragma clang diagnostic error "-Wdangling"
#pragma clang diagnostic error "-Wreturn-stack-address"
#endif
