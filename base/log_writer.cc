// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/log_writer.h"

#include <algorithm>
#include <utility>

#include "mailroom/base/blocked_signals.h"

namespace mailroom {
namespace {

// How long a write waits for room before the thread looks whether it is wanted elsewhere.
constexpr Duration kLook = std::chrono::milliseconds(50);

thread_local bool t_is_log_thread = false;

uint64_t CountLines(std::string_view text) {
  const auto newlines = std::count(text.begin(), text.end(), '\n');
  return static_cast<uint64_t>(newlines) + (text.empty() || text.back() == '\n' ? 0 : 1);
}

}  // namespace

LogWriter::LogWriter(int fd, Hooks hooks)
    : hooks_(std::move(hooks)),
      own_(std::make_shared<LogBuffer>(kWaitingBytes)),
      fd_(fd),
      output_(std::make_unique<LogOutput>(fd)) {}

LogWriter::~LogWriter() {
  Thread thread;
  {
    MutexLock lock(mutex_);
    ending_.store(true);
    thread = std::move(thread_);
  }
  work_.NotifyAll();
}

void LogWriter::Add(std::string_view line) {
  own_->Add(line);
  MutexLock lock(mutex_);
  StartThread();  // for a line without room as well: the loss is to be told
  if (!std::exchange(has_lines_, true)) work_.NotifyOne();
}

void LogWriter::Attach(std::shared_ptr<LogBuffer> buffer) {
  MutexLock lock(mutex_);
  StartThread();
  attached_.push_back(std::move(buffer));
  work_.NotifyOne();
}

void LogWriter::Detach(const LogBuffer& buffer) {
  MutexLock lock(mutex_);
  std::erase_if(attached_, [&buffer](const auto& attached) { return attached.get() == &buffer; });
}

bool LogWriter::Flush(Duration patience) {
  if (t_is_log_thread) return false;
  const TimePoint deadline = DeadlineIn(Clock::System().Now(), patience);
  MutexLock lock(mutex_);
  if (!thread_.joinable()) return true;
  const uint64_t asked = ++flush_asked_;
  work_.NotifyOne();
  while (flushed_ < asked && flushes_.WaitUntil(mutex_, deadline)) {
  }
  return flushed_ >= asked;
}

Status LogWriter::OpenFile(const std::string& path) {
  MAILROOM_ASSIGN_OR_RETURN(std::unique_ptr<LogOutput> output, LogOutput::Open(path));
  MutexLock lock(mutex_);
  fd_ = output->fd();
  next_ = std::move(output);
  path_ = path;
  return Status();
}

bool LogWriter::ReopenFile() {
  MutexLock lock(mutex_);
  if (path_.empty()) return false;
  StartThread();
  reopen_ = true;
  work_.NotifyOne();
  return true;
}

std::unique_ptr<LogWriter> LogWriter::NewForChild(Hooks hooks) const {
  auto childs = std::make_unique<LogWriter>(fd_, std::move(hooks));
  if (path_.empty()) return childs;
  childs->output_ = LogOutput::Owning(fd_);  // the child's copy of the descriptor
  MutexLock lock(childs->mutex_);
  childs->path_ = path_;
  return childs;
}

// It takes no signal: whoever watches for SIGTERM has blocked it in the threads that it
// knows. SIGPIPE stays pending here and does no harm.
void LogWriter::StartThread() {
  // When ending, the destructor has taken thread_ away and waits for it.
  if (ending_ || thread_.joinable()) return;
  const BlockedSignals blocked;
  thread_ = Thread("log", [this] { Run(); });
}

void LogWriter::Run() {
  t_is_log_thread = true;
  while (AwaitWork()) WriteRound();
  WriteRound();
}

bool LogWriter::AwaitWork() {
  const TimePoint until = DeadlineIn(Clock::System().Now(), kPeriod);
  MutexLock lock(mutex_);
  while (!ending_ && !has_lines_ && !reopen_ && flushed_ == flush_asked_) {
    if (!work_.WaitUntil(mutex_, attached_.empty() ? kForever : until)) break;
  }
  return !ending_;
}

void LogWriter::WriteRound() {
  Buffers buffers{own_};
  uint64_t asked = 0;
  {
    MutexLock lock(mutex_);
    has_lines_ = false;
    asked = flush_asked_;
    buffers.insert(buffers.end(), attached_.begin(), attached_.end());
  }
  bool told = false;
  for (const std::shared_ptr<LogBuffer>& buffer : buffers) {
    buffer->Take(&lines_);
    if (buffer == own_) told = TellLost();  // now there is room
    ChangeFile();  // after Take(): a line that was added after OpenFile() goes to that file
    WriteTaken(*buffer);
    untold_ += buffer->NewlyLost();
  }
  MutexLock lock(mutex_);
  if (has_to_tell()) has_lines_ = true;
  // A flush waits for the line that tells a loss of its own round, and for no later one:
  // under a flood each round loses something.
  flushed_ = std::max(flushed_, std::exchange(asked_at_tell_, told ? asked : 0));
  if (!told && !has_to_tell()) flushed_ = asked;
  flushes_.NotifyAll();
}

void LogWriter::WriteTaken(LogBuffer& from) {
  using State = LogOutput::Wrote::State;
  std::string_view rest = lines_;
  if (rest.empty()) return;
  if (&from != own_.get() && hooks_.divert) {
    if (const std::optional<uint64_t> lost = hooks_.divert(rest)) return from.CountLost(*lost);
  }
  size_t limit = output_->piece_limit();
  while (!rest.empty()) {
    const std::string_view piece = NextPiece(rest, limit);
    const LogOutput::Wrote wrote = WritePiece(piece);
    if (wrote.state == State::kFailed) from.CountLost(CountLines(piece));
    rest.remove_prefix(wrote.state == State::kFailed ? piece.size() : wrote.bytes);
    if (wrote.state != State::kBlocked) continue;
    if (ending_) return from.CountLost(CountLines(rest));
    ChangeFile();
    limit = output_->piece_limit();
  }
}

LogOutput::Wrote LogWriter::WritePiece(std::string_view piece) {
  const Duration patience = ending_ ? Duration::zero() : kLook;
  const LogOutput::Wrote wrote = WriteAfterCut(piece, patience);
  if (wrote.state == LogOutput::Wrote::State::kBlocked) return wrote;
  writes_succeed_ = wrote.state == LogOutput::Wrote::State::kSome;
  if (!writes_succeed_) is_cut_ = is_cut_ || std::exchange(is_mid_line_, false);
  if (wrote.bytes > 0) is_mid_line_ = piece[wrote.bytes - 1] != '\n';
  return wrote;
}

LogOutput::Wrote LogWriter::WriteAfterCut(std::string_view piece, Duration patience) {
  if (is_cut_) {
    const LogOutput::Wrote newline = output_->Write("\n", patience);
    if (newline.bytes == 0) return newline;
    is_cut_ = false;
  }
  return output_->Write(piece, patience);
}

void LogWriter::ChangeFile() {
  std::unique_ptr<LogOutput> next;
  std::string path;
  {
    MutexLock lock(mutex_);
    next = std::move(next_);
    if (std::exchange(reopen_, false)) path = path_;
  }
  if (!path.empty()) {
    Result<std::unique_ptr<LogOutput>> opened = LogOutput::Open(path);
    const Status status = opened.ok() ? Status() : opened.status();
    if (opened.ok()) {
      MutexLock lock(mutex_);
      // Before the move, which may close what fd_ names: a child would inherit that.
      if (next_ == nullptr) fd_ = (*opened)->fd();
      next = std::move(*opened);
    }
    if (hooks_.tell_reopened) hooks_.tell_reopened(path, status);
  }
  if (next == nullptr) return;
  output_ = std::move(next);
  is_cut_ = is_mid_line_ = false;
}

bool LogWriter::TellLost() {
  if (!has_to_tell()) return false;
  const uint64_t lines = std::exchange(untold_, 0);
  if (hooks_.tell_lost) hooks_.tell_lost(lines);
  return true;
}

}  // namespace mailroom
