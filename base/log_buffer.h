// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mailroom/base/counter.h"
#include "mailroom/base/mutex.h"
#include "mailroom/base/thread_annotations.h"

// LogBuffer: whole lines that wait for the log's thread, bounded in bytes.
//
// Adding takes a short lock and copies; it never waits for whoever reads the log.
// A line that finds no room is dropped and counted, and so is a line that was
// taken out and could not be written. Any thread, everything here.
namespace mailroom {

class LogBuffer final {
 public:
  // `capacity` in bytes.
  explicit LogBuffer(size_t capacity) : capacity_(capacity) {}
  LogBuffer(const LogBuffer&) = delete;
  LogBuffer& operator=(const LogBuffer&) = delete;

  // `line` ends with its newline. False when there was no room: it counts as lost.
  bool Add(std::string_view line);
  // Swaps what waits with *lines, which is cleared first.
  void Take(std::string* lines);

  // Whoever took lines out and could not write them.
  void CountLost(uint64_t lines);
  // All that were lost so far.
  uint64_t lost() const { return lost_.get(); }
  // Those that were lost since the last call.
  uint64_t NewlyLost();

 private:
  const size_t capacity_;
  Counter lost_;  // written under the mutex
  Mutex mutex_;
  uint64_t told_ MAILROOM_GUARDED_BY(mutex_) = 0;  // of lost_
  std::string waiting_ MAILROOM_GUARDED_BY(mutex_);
};

// Has the log's thread write what `buffer` holds, about every 50 ms, as it is and
// whatever the level. The log's thread co-owns it while it writes.
void AttachToLog(std::shared_ptr<LogBuffer> buffer);
// Ends that. What was not written by then stays in the buffer: FlushLog() before.
void DetachFromLog(const LogBuffer& buffer);

}  // namespace mailroom
