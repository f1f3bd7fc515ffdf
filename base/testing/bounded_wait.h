// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string_view>
#include <thread>
#include <utility>

#include "mailroom/base/clock.h"
#include "mailroom/base/home.h"
#include "mailroom/base/mutex.h"

// How a test waits for another thread.
//
// A thread that nobody wakes fails the test with a sentence, and not by the test's own
// time limit. The bound is for that failure alone: no test measures by it. When it has
// passed the program ends, since a thread that sleeps for ever can't be joined.
namespace mailroom::testing {

// Far more than a sanitizer on a loaded machine takes, less than a test's time limit.
inline constexpr Duration kWaitBound = std::chrono::seconds(60);

// Ends the program: "waited in vain for <what>".
[[noreturn]] void WaitedInVain(std::string_view what);

// Yields until `done()` is true.
template <class Done>
void AwaitUntil(std::string_view what, Done done) {
  const TimePoint bound = Clock::System().Now() + kWaitBound;
  while (!done()) {
    if (Clock::System().Now() > bound) WaitedInVain(what);
    std::this_thread::yield();
  }
}

// For a system call that may never return: after kWaitBound SIGALRM ends the program,
// unless this object has ended before. One at a time.
class HangAlarm final {
 public:
  HangAlarm();
  ~HangAlarm();
  HangAlarm(const HangAlarm&) = delete;
  HangAlarm& operator=(const HangAlarm&) = delete;
};

// A home for a thread that sleeps until something is posted there.
class AwaitedHome final : public Home {
 public:
  // Any thread.
  void Post(Completion completion) noexcept override {
    MutexLock lock(mutex_);
    posted_.push_back(std::move(completion));
    // Under the lock: once the waiter has seen it, this home may be gone.
    changed_.NotifyOne();
  }

  // The waiting thread. The oldest that was not taken yet.
  Completion Wait(std::string_view what) {
    const TimePoint bound = Clock::System().Now() + kWaitBound;
    MutexLock lock(mutex_);
    while (posted_.empty()) {
      if (!changed_.WaitUntil(mutex_, bound) && posted_.empty()) WaitedInVain(what);
    }
    Completion first = std::move(posted_.front());
    posted_.pop_front();
    return first;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<Completion> posted_ MAILROOM_GUARDED_BY(mutex_);
};

}  // namespace mailroom::testing
