// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/mutex.h"

#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/thread.h"

namespace mailroom {
namespace {

class Account {
 public:
  void Add(int n) {
    MutexLock lock(mutex_);
    total_ += n;
    changed_.NotifyAll();
  }
  void WaitFor(int total) {
    MutexLock lock(mutex_);
    while (total_ < total) changed_.Wait(mutex_);
  }
  bool WaitUntil(int total, TimePoint deadline) {
    MutexLock lock(mutex_);
    while (total_ < total) {
      if (!changed_.WaitUntil(mutex_, deadline)) return false;
    }
    return true;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int total_ MAILROOM_GUARDED_BY(mutex_) = 0;
};

TEST(MutexTest, KeepsThreadsApart) {
  Account account;
  std::vector<Thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back("adder", [&account] {
      for (int n = 0; n < 1000; ++n) account.Add(1);
    });
  }
  threads.clear();
  EXPECT_TRUE(account.WaitUntil(4000, TimePoint())) << "some were lost";
}

TEST(MutexTest, TryLockDeclinesWhileHeld) {
  Mutex mutex;
  MutexLock lock(mutex);
  Thread other("other", [&mutex] {
    const bool locked = mutex.TryLock();
    EXPECT_FALSE(locked);
    if (locked) mutex.Unlock();
  });
  other.Join();
}

TEST(CondVarTest, ANotifyEndsTheWait) {
  Account account;
  bool ended = false;
  Thread waiter("waiter", [&] {
    account.WaitFor(1);
    ended = true;
  });
  account.Add(1);
  waiter.Join();
  EXPECT_TRUE(ended);
}

TEST(CondVarTest, ADeadlineEndsTheWait) {
  Account account;
  EXPECT_FALSE(account.WaitUntil(1, TimePoint()));
  account.Add(1);
  EXPECT_TRUE(account.WaitUntil(1, TimePoint()));
}

TEST(CondVarTest, ForeverIsNoDeadline) {
  Account account;
  Thread waiter("waiter", [&account] { EXPECT_TRUE(account.WaitUntil(1, kForever)); });
  account.Add(1);
  waiter.Join();
}

}  // namespace
}  // namespace mailroom
