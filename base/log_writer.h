// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailroom/base/clock.h"
#include "mailroom/base/log_buffer.h"
#include "mailroom/base/log_output.h"
#include "mailroom/base/mutex.h"
#include "mailroom/base/status.h"
#include "mailroom/base/thread.h"
#include "mailroom/base/thread_annotations.h"

// LogWriter: the log's thread. It alone writes to the log's descriptor. Private to base.
//
// Nobody else waits for whoever reads the log: lines are put into bounded buffers
// (log_buffer.h) and taken out here. A reader that is slow fills the buffers; one that
// is gone, or a full disk, costs the lines that are tried meanwhile. Both are counted,
// and told in a line as soon as a write succeeds again (docs/design/0014).
// The thread starts with the first line and takes no signal.
// Any thread, everything here.
namespace mailroom {

class LogWriter final {
 public:
  // What waits in the log's own buffer.
  static constexpr size_t kWaitingBytes = 4 * 1024 * 1024;
  // How old a line in an attached buffer may become.
  static constexpr Duration kPeriod = std::chrono::milliseconds(50);

  struct Hooks {
    // Takes the lines of an attached buffer in place of the descriptor, and says how many
    // of them were lost. nullopt: it took none.
    std::function<std::optional<uint64_t>(std::string_view lines)> divert = nullptr;
    // So many lines were lost since the last time, and lines are written again.
    std::function<void(uint64_t lines)> tell_lost = nullptr;
    // The file was opened anew; or why it was not, and the one before is still in use.
    std::function<void(const std::string& path, const Status& status)> tell_reopened = nullptr;
  };

  // `fd` is not owned. The hooks are called on the log's thread, without a lock.
  LogWriter(int fd, Hooks hooks);
  // Ends the thread. What is left is written as far as the descriptor takes it at once.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // A line of the log, with its newline.
  void Add(std::string_view line);
  void Attach(std::shared_ptr<LogBuffer> buffer);
  void Detach(const LogBuffer& buffer);
  // True when everything that was added before has been written, or lost. Waits for
  // `patience` at most; not at all on the log's thread.
  bool Flush(Duration patience);
  // What is added from now on goes to the end of that file. On failure nothing changes.
  Status OpenFile(const std::string& path);
  // Has the log's thread open the file anew. False when there is none.
  bool ReopenFile();
  // Lines of Add().
  uint64_t lost() const { return own_->lost(); }

  // Around fork(): nobody opens a file meanwhile.
  void LockForFork() MAILROOM_ACQUIRE(mutex_) { mutex_.Lock(); }
  void UnlockAfterFork() MAILROOM_RELEASE(mutex_) { mutex_.Unlock(); }
  // In the child: a writer that goes on in the same open file and can open it anew. What
  // waits here is the parent's to write; this object is not to be destroyed.
  std::unique_ptr<LogWriter> NewForChild(Hooks hooks) const MAILROOM_REQUIRES(mutex_);

 private:
  using Buffers = std::vector<std::shared_ptr<LogBuffer>>;

  void StartThread() MAILROOM_REQUIRES(mutex_);
  void Run();
  // False when the thread is to end.
  bool AwaitWork();
  void WriteRound();
  // Writes lines_, which came out of `from`.
  void WriteTaken(LogBuffer& from);
  LogOutput::Wrote WritePiece(std::string_view piece);
  // Begins with a newline when half a line stands there.
  LogOutput::Wrote WriteAfterCut(std::string_view piece, Duration patience);
  void ChangeFile();
  // False when there is nothing to tell.
  bool TellLost();
  // Not before a write has succeeded again: the line would be lost, too.
  bool has_to_tell() const { return untold_ > 0 && writes_succeed_; }

  const Hooks hooks_;
  const std::shared_ptr<LogBuffer> own_;
  std::atomic<bool> ending_{false};

  Mutex mutex_;
  CondVar work_;
  CondVar flushes_;
  Buffers attached_ MAILROOM_GUARDED_BY(mutex_);
  bool has_lines_ MAILROOM_GUARDED_BY(mutex_) = false;
  uint64_t flush_asked_ MAILROOM_GUARDED_BY(mutex_) = 0;
  uint64_t flushed_ MAILROOM_GUARDED_BY(mutex_) = 0;
  std::string path_ MAILROOM_GUARDED_BY(mutex_);  // of the file; empty: there is none
  std::unique_ptr<LogOutput> next_ MAILROOM_GUARDED_BY(mutex_);  // to be used from now on
  int fd_ MAILROOM_GUARDED_BY(mutex_);                           // of next_, or of output_
  bool reopen_ MAILROOM_GUARDED_BY(mutex_) = false;

  // The log's thread.
  std::unique_ptr<LogOutput> output_;
  std::string lines_;    // taken out, not yet written; its memory goes round the buffers
  uint64_t untold_ = 0;  // lost lines that were not told yet
  // Flushes up to this number end with the next round, which writes the loss line.
  uint64_t asked_at_tell_ = 0;
  bool is_mid_line_ = false;     // the last byte that was written was no newline
  bool is_cut_ = false;          // and then a write failed: a newline is to come first
  bool writes_succeed_ = false;  // the last one did

  Thread thread_ MAILROOM_GUARDED_BY(mutex_);  // last: it uses the others
};

}  // namespace mailroom
