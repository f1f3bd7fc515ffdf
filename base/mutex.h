// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>

#include "mailroom/base/clock.h"
#include "mailroom/base/thread_annotations.h"

// Mutex, MutexLock, CondVar: the standard ones, visible to -Wthread-safety.
//
// For what is off the request path. No two locks are held at once (except by the log,
// around fork()), and none while code of another room runs. A wait stands in a loop over
// its condition, written out (the analysis does not enter a predicate's lambda):
//
//     MutexLock lock(mutex_);
//     while (!ready_) ready_changed_.Wait(mutex_);
namespace mailroom {

class MAILROOM_CAPABILITY("mutex") Mutex final {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  // Any thread.
  void Lock() MAILROOM_ACQUIRE() { mutex_.lock(); }
  bool TryLock() MAILROOM_TRY_ACQUIRE(true) { return mutex_.try_lock(); }
  void Unlock() MAILROOM_RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class MAILROOM_SCOPED_CAPABILITY MutexLock final {
 public:
  explicit MutexLock(Mutex& mutex) MAILROOM_ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() MAILROOM_RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class CondVar final {
 public:
  CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  // Lets the mutex go, sleeps, takes it again. May return without a notify.
  void Wait(Mutex& mutex) MAILROOM_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    changed_.wait(lock);
    lock.release();
  }
  // False when `deadline` (of the system's clock) has passed.
  bool WaitUntil(Mutex& mutex, TimePoint deadline) MAILROOM_REQUIRES(mutex) {
    if (deadline == kForever) {
      Wait(mutex);
      return true;
    }
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const std::cv_status status = changed_.wait_until(lock, deadline);
    lock.release();
    return status == std::cv_status::no_timeout;
  }

  // Any thread.
  void NotifyOne() noexcept { changed_.notify_one(); }
  void NotifyAll() noexcept { changed_.notify_all(); }

 private:
  std::condition_variable changed_;
};

}  // namespace mailroom
