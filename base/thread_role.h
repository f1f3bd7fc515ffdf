// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <thread>

#include "mailroom/base/check.h"
#include "mailroom/base/thread_annotations.h"

// ThreadRole: the fact of being the one thread that may touch something.
//
// Not a lock: taking it never waits and orders no memory. A loop's role is bound
// by the thread in Run(); an actor's by the worker that has claimed it. Fields
// are MAILROOM_GUARDED_BY(role_), private steps MAILROOM_REQUIRES(role_), and
// each public entry begins with role_.AssertHeld(), which is the proof for
// clang and a run-time check without NDEBUG.
//
// While nobody is bound any thread passes: objects are built on one thread,
// before the thread that will own them exists.
namespace mailroom {

class MAILROOM_CAPABILITY("role") ThreadRole final {
 public:
  ThreadRole() = default;
  ThreadRole(const ThreadRole&) = delete;
  ThreadRole& operator=(const ThreadRole&) = delete;

  // The calling thread has the role from here on. REQUIRES: nobody is bound.
  void Bind() MAILROOM_ACQUIRE() {
    MAILROOM_DCHECK(holder() == std::thread::id());
    // relaxed: a check of threads, not a hand-over; what passes the role on
    // (a claim, a join) orders the memory.
    holder_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  }
  // REQUIRES: the calling thread is bound.
  void Unbind() MAILROOM_RELEASE() {
    MAILROOM_DCHECK(holder() == std::this_thread::get_id());
    holder_.store(std::thread::id(), std::memory_order_relaxed);  // as in Bind
  }

  // Any thread. True on the bound thread, and on every thread while none is.
  bool IsHeld() const {
    const std::thread::id now = holder();
    return now == std::thread::id() || now == std::this_thread::get_id();
  }
  void AssertHeld() const MAILROOM_ASSERT_CAPABILITY(this) { MAILROOM_DCHECK(IsHeld()); }

 private:
  std::thread::id holder() const {
    return holder_.load(std::memory_order_relaxed);  // as in Bind
  }

  std::atomic<std::thread::id> holder_{std::thread::id()};
};

// Binds for the length of a block: a loop's Run, a worker's batch.
class MAILROOM_SCOPED_CAPABILITY RoleScope final {
 public:
  explicit RoleScope(ThreadRole& role) MAILROOM_ACQUIRE(role) : role_(role) { role_.Bind(); }
  ~RoleScope() MAILROOM_RELEASE() { role_.Unbind(); }
  RoleScope(const RoleScope&) = delete;
  RoleScope& operator=(const RoleScope&) = delete;

 private:
  ThreadRole& role_;
};

}  // namespace mailroom
