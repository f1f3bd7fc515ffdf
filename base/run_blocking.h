// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <utility>

#include "mailroom/base/home.h"
#include "mailroom/base/mutex.h"
#include "mailroom/base/slot_table.h"
#include "mailroom/base/task.h"
#include "mailroom/base/task_scope.h"

// RunBlocking: runs a task on a thread that is nobody's home, and waits for it.
//
// For main() and for tests: the one place where a thread sleeps for a result. Never on a
// loop or a worker: that would stop the work it waits for.
namespace mailroom {

// The home of one thread: that inside RunBlocking.
class BlockingHome final : public Home {
 public:
  // Any thread.
  void Post(Completion completion) noexcept override {
    MutexLock lock(mutex_);
    posted_.push_back(std::move(completion));
    // Under the lock: once the waiter has seen it, this home may be gone.
    changed_.NotifyOne();
  }

  // The waiting thread.
  Completion Wait() {
    MutexLock lock(mutex_);
    while (posted_.empty()) changed_.Wait(mutex_);
    Completion first = std::move(posted_.front());
    posted_.pop_front();
    return first;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<Completion> posted_ MAILROOM_GUARDED_BY(mutex_);
};

// The task's result. REQUIRES: whatever the task waits for is posted by another
// thread, and nothing is posted for it after its end.
template <class T>
T RunBlocking(Task<T> task) {
  BlockingHome home;
  SlotTable<Suspension> suspensions(SlotKind::kSuspension, 0);
  TaskScope scope(home, suspensions, SlotId());
  Task<T> root = std::move(task);
  root.Start(scope);
  while (!root.done()) {
    SlotId owner;
    static_cast<void>(Resume(suspensions, home.Wait(), &owner));
  }
  return root.TakeResult();
}

}  // namespace mailroom
