// SPDX-License-Identifier: Apache-2.0
#pragma once

// Warnings that stop the build of every file that includes this header, whatever the
// flags of its build say: a function or a coroutine that may end without its result, and
// a Status, Result or Task that nobody looks at. All are mistakes that otherwise show
// themselves in the running server. docs/pitfalls/handlers.md has an example of each.
//
// What is included before this header keeps its own rules; so does what stands behind
// `#pragma GCC diagnostic warning "-Wreturn-type"`, or "-Wunused-result".
//
// g++ reports some right code as well: a switch over all enumerators with nothing behind
// it, and a dropped result of glibc's write() in an optimized build, cast to void or not.
// They are errors under g++, too: it has no narrower way to refuse a Task that is never
// awaited, and what it asks for is one line more (docs/pitfalls/handlers.md, "The rest of
// the file").

#pragma GCC diagnostic error "-Wreturn-type"
#pragma GCC diagnostic error "-Wunused-result"
#ifdef __clang__
// A task that refers to what is gone before it runs (base/coroutine_rules.h).
#pragma clang diagnostic error "-Wdangling"
#pragma clang diagnostic error "-Wreturn-stack-address"
#endif
