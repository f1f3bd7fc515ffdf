// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "mailroom/base/home.h"
#include "mailroom/base/mutex.h"

// RecordingHome: a home that keeps what is posted until the test takes it.
//
// Nothing runs by itself: the test decides which completion is looked at, when,
// and how often. Any thread posts; the test takes.
namespace mailroom::testing {

class RecordingHome final : public Home {
 public:
  void Post(Completion completion) noexcept override {
    MutexLock lock(mutex_);
    posted_.push_back(std::move(completion));
  }

  // The oldest one that was not taken yet.
  std::optional<Completion> Take() {
    MutexLock lock(mutex_);
    if (posted_.empty()) return std::nullopt;
    Completion first = std::move(posted_.front());
    posted_.pop_front();
    return first;
  }

  size_t size() const {
    MutexLock lock(mutex_);
    return posted_.size();
  }

 private:
  mutable Mutex mutex_;
  std::deque<Completion> posted_ MAILROOM_GUARDED_BY(mutex_);
};

}  // namespace mailroom::testing
