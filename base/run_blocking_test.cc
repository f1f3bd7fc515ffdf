// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/run_blocking.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "mailroom/base/thread.h"

namespace mailroom {
namespace {

// Resumed by a thread of its own, which the task joins.
class OtherThread {
 public:
  bool await_ready() const { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    TaskScope* const scope = handle.promise().scope();
    const SlotId id = scope->Suspend(handle, nullptr);
    thread_ = Thread("other", [home = &scope->home(), id] { home->Post(Completion{id, nullptr}); });
    return true;
  }
  void await_resume() { thread_.Join(); }

 private:
  Thread thread_;
};

Task<int> CountHandOvers(int n) {
  int done = 0;
  for (int i = 0; i < n; ++i) {
    OtherThread other;
    co_await other;
    ++done;
  }
  co_return done;
}

Task<> Throw() {
  throw std::runtime_error("boom");
  co_return;
}

TEST(RunBlockingTest, ReturnsWhatNeverSuspends) { EXPECT_EQ(RunBlocking(CountHandOvers(0)), 0); }

TEST(RunBlockingTest, SleepsUntilOtherThreadsAnswer) {
  EXPECT_EQ(RunBlocking(CountHandOvers(50)), 50);
}

TEST(RunBlockingTest, AnExceptionComesOut) {
  EXPECT_THROW(RunBlocking(Throw()), std::runtime_error);
}

}  // namespace
}  // namespace mailroom
