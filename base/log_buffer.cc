// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/log_buffer.h"

#include <utility>

namespace mailroom {

bool LogBuffer::Add(std::string_view line) {
  MutexLock lock(mutex_);
  if (waiting_.size() + line.size() > capacity_) {
    lost_.Add();
    return false;
  }
  waiting_.append(line);
  return true;
}

void LogBuffer::Take(std::string* lines) {
  lines->clear();
  MutexLock lock(mutex_);
  waiting_.swap(*lines);
}

void LogBuffer::CountLost(uint64_t lines) {
  MutexLock lock(mutex_);
  lost_.Add(lines);
}

uint64_t LogBuffer::NewlyLost() {
  MutexLock lock(mutex_);
  return lost_.get() - std::exchange(told_, lost_.get());
}

}  // namespace mailroom
