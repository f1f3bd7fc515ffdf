// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/log_output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <system_error>

#include "mailroom/base/blocked_signals.h"

namespace mailroom {
namespace {

// Nobody waits for a file as for a pipe; a bound all the same, for the look in between.
constexpr size_t kFilePiece = 1024 * 1024;

int ToPollTimeout(Duration wait) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  return static_cast<int>(std::clamp<int64_t>(ms, 0, INT_MAX));
}

// Opening a master once more would make another terminal, which nobody reads.
bool IsMasterOfTerminal(int fd) {
#if defined(__linux__)
  unsigned number = 0;
  return ::ioctl(fd, TIOCGPTN, &number) == 0;  // the slave's number: only a master has it
#else
  static_cast<void>(fd);
  return false;  // without /proc nothing is opened once more
#endif
}

// A terminal with room for one byte is ready, says poll(), and write() waits until the
// rest has room. For this write alone it is opened without that: what would keep it open
// for longer would also have to notice that `fd` has become another file.
ssize_t WriteToTerminal(int fd, std::string_view piece) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  const int own = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (own < 0) return ::write(fd, piece.data(), piece.size());
  const ssize_t bytes = ::write(own, piece.data(), piece.size());
  const int error = errno;
  ::close(own);
  errno = error;
  return bytes;
}

ssize_t WriteNow(int fd, std::string_view piece) {
  const ssize_t sent = ::send(fd, piece.data(), piece.size(), MSG_DONTWAIT);
  if (sent >= 0 || errno != ENOTSOCK) return sent;
  if (::isatty(fd) == 1 && !IsMasterOfTerminal(fd)) return WriteToTerminal(fd, piece);
  return ::write(fd, piece.data(), piece.size());
}

LogOutput::Wrote WriteOnce(int fd, std::string_view piece, Duration patience) {
  using State = LogOutput::Wrote::State;
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  // What is wrong with the descriptor is said by the write.
  if (::poll(&ready, 1, ToPollTimeout(patience)) <= 0) return {State::kBlocked};
  const ssize_t bytes = WriteNow(fd, piece);
  if (bytes >= 0) return {State::kSome, static_cast<size_t>(bytes)};
  if (errno == EAGAIN || errno == EINTR) {
    ::poll(nullptr, 0, 1);  // poll() saw room where there is none: no reason to spin
    return {State::kBlocked};
  }
  return {State::kFailed};
}

}  // namespace

LogOutput::~LogOutput() {
  if (owned_) ::close(fd_);
}

std::unique_ptr<LogOutput> LogOutput::Owning(int fd) {
  auto output = std::make_unique<LogOutput>(fd);
  output->owned_ = true;
  return output;
}

Result<std::unique_ptr<LogOutput>> LogOutput::Open(const std::string& path) {
  // Non-blocking for a fifo alone, whose open would wait until somebody reads it.
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const int fd = ::open(path.c_str(), kFlags, 0640);
  if (fd < 0) {
    const std::string why = errno == ENXIO
                                ? "it is a fifo that nobody reads, or a socket"
                                : std::error_code(errno, std::generic_category()).message();
    return Unavailable("the log file " + path + " cannot be opened: " + why);
  }
  return Owning(fd);
}

size_t LogOutput::piece_limit() const {
  struct stat what{};
  return ::fstat(fd_, &what) == 0 && S_ISREG(what.st_mode) ? kFilePiece : size_t{PIPE_BUF};
}

LogOutput::Wrote LogOutput::Write(std::string_view piece, Duration patience) const {
  return WriteOnce(fd_, piece, patience);
}

std::string_view NextPiece(std::string_view lines, size_t limit) {
  if (lines.size() <= limit) return lines;
  const size_t newline = lines.substr(0, limit).rfind('\n');
  return lines.substr(0, newline == std::string_view::npos ? limit : newline + 1);
}

bool WriteWithin(int fd, std::string_view text, Duration patience) {
  const BlockedSigpipe no_sigpipe;
  const Clock& clock = Clock::System();
  const TimePoint deadline = DeadlineIn(clock.Now(), patience);
  while (!text.empty()) {
    const Duration left = Remaining(clock.Now(), deadline);
    const LogOutput::Wrote wrote = WriteOnce(fd, NextPiece(text, PIPE_BUF), left);
    text.remove_prefix(wrote.bytes);
    const bool failed = wrote.state == LogOutput::Wrote::State::kFailed;
    if (failed || (left == Duration::zero() && wrote.bytes == 0)) break;
  }
  return text.empty();
}

}  // namespace mailroom
