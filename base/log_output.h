// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"

// Writing to a descriptor that others share and that nobody may read.
//
// The flags of such a descriptor are left as they are (O_NONBLOCK belongs to the
// open file, which other processes may have too). So each write waits with poll(), and
// what takes less than it was asked to must not wait for the rest: a socket is told so
// with each write, a terminal is opened once more for it, and to a pipe so little is
// written that it takes it at once if it has room. Of pipes, sockets and terminals two
// cases are left in which a write waits: another process fills the pipe in between; a
// terminal that cannot be opened once more (no /proc, no permission, a pseudo-terminal's
// master).
namespace mailroom {

// STDOUT_FILENO and STDERR_FILENO.
inline constexpr int kStdout = 1;
inline constexpr int kStderr = 2;

// LogOutput: where log lines go. One thread at a time.
class LogOutput final {
 public:
  struct Wrote {
    enum class State { kSome, kBlocked, kFailed };
    State state;
    size_t bytes = 0;  // with kSome
  };

  // `fd` is not owned: usually stderr.
  explicit LogOutput(int fd) : fd_(fd) {}
  // Closes `fd` at its end.
  static std::unique_ptr<LogOutput> Owning(int fd);
  ~LogOutput();
  LogOutput(const LogOutput&) = delete;
  LogOutput& operator=(const LogOutput&) = delete;

  // The end of the file at `path`, which is made with mode 0640 when it is missing.
  // unavailable, with a text that names the path. A fifo must have its reader.
  static Result<std::unique_ptr<LogOutput>> Open(const std::string& path);

  int fd() const { return fd_; }
  // What one write should hold at most: PIPE_BUF, or much of a file.
  size_t piece_limit() const;
  // Writes some of `piece`, waiting up to `patience` for room.
  Wrote Write(std::string_view piece, Duration patience) const;

 private:
  const int fd_;
  bool owned_ = false;
};

// The next whole lines of `lines` that fit into `limit` bytes; the first `limit` bytes
// of a longer one. Not empty unless `lines` is.
std::string_view NextPiece(std::string_view lines, size_t limit);

// Any thread. Writes `text` to `fd` unless that takes longer than `patience`; no
// SIGPIPE comes of it. False when some of it was not written.
bool WriteWithin(int fd, std::string_view text, Duration patience);

}  // namespace mailroom
