// SPDX-License-Identifier: Apache-2.0
#pragma once

// Words for clang's -Wthread-safety; nothing with other compilers.
//
// A *capability* is something that is held: a Mutex (base/mutex.h), or the fact
// of being on a thread (base/thread_role.h). With
//
//     Mutex mutex_;
//     int n_ MAILROOM_GUARDED_BY(mutex_);
//     void Step() MAILROOM_REQUIRES(mutex_);
//
// touching n_ or calling Step() without the mutex does not compile in the lane
// that has the warning as an error.
//
// What the analysis does not see: it does not enter lambdas (assert again inside
// them) and believes a role to be still held after a co_await (assert again
// after each one that may change the thread).
#if defined(__clang__)
#define MAILROOM_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define MAILROOM_THREAD_ATTRIBUTE(x)
#endif

// On a class: its objects can be held. `word` appears in the compiler's message.
#define MAILROOM_CAPABILITY(word) MAILROOM_THREAD_ATTRIBUTE(capability(word))
// On a class: holds a capability from its constructor to its destructor.
#define MAILROOM_SCOPED_CAPABILITY MAILROOM_THREAD_ATTRIBUTE(scoped_lockable)

// On a field: touched only while holding; PT_: what the pointer points to.
#define MAILROOM_GUARDED_BY(x) MAILROOM_THREAD_ATTRIBUTE(guarded_by(x))
#define MAILROOM_PT_GUARDED_BY(x) MAILROOM_THREAD_ATTRIBUTE(pt_guarded_by(x))

// On a function: the caller holds it, or does not.
#define MAILROOM_REQUIRES(...) MAILROOM_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define MAILROOM_EXCLUDES(...) MAILROOM_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))

// On a function: after it the caller holds it, holds it when `result` came back,
// does not hold it any more, or is known to hold it.
#define MAILROOM_ACQUIRE(...) MAILROOM_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define MAILROOM_TRY_ACQUIRE(...) MAILROOM_THREAD_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define MAILROOM_RELEASE(...) MAILROOM_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define MAILROOM_ASSERT_CAPABILITY(x) MAILROOM_THREAD_ATTRIBUTE(assert_capability(x))

// On a function that returns a reference to the capability `x`.
#define MAILROOM_RETURN_CAPABILITY(x) MAILROOM_THREAD_ATTRIBUTE(lock_returned(x))

// On a function the analysis cannot follow; a comment beside it says why.
#define MAILROOM_NO_THREAD_SAFETY_ANALYSIS MAILROOM_THREAD_ATTRIBUTE(no_thread_safety_analysis)
