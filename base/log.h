// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"

// The log: one line per event, to stderr or a file, as text or as JSON.
//
//     MAILROOM_LOG(kInfo) << "listening on " << address;
//     MAILROOM_LOG_EVERY(kWarning, std::chrono::seconds(1)) << "mailbox full";
//
// Nothing to the right of a disabled level is evaluated; asking the level is one
// relaxed load. A message is one line whatever it contains: control characters
// are escaped in both formats (what a client sent cannot forge a line), bytes
// that are no UTF-8 become U+FFFD in JSON. No message text goes to clients.
//
// The logger is the one global of the house. Any thread, everything here. A line is put
// together by the thread that logs, under a short lock, and written by a thread of the
// log's own: nobody waits for whoever reads it. 4 MiB of lines may wait; more are lost
// and counted (docs/design/0014). exit() gives what waits a second, and what destructors
// log after that may be lost; _Exit() and a crash lose all that waits. A child made by
// fork() has a log of its own, with the parent's options and in the parent's file.
// fork() waits for the log as a line does. A handler of pthread_atfork() must not log.
namespace mailroom {

enum class LogLevel : uint8_t { kDebug = 0, kInfo, kWarning, kError, kOff };
enum class LogFormat : uint8_t { kText, kJson };

// "debug", "info", "warning", "error", "off". Static storage.
std::string_view LogLevelName(LogLevel level);
// Also "warn", which other servers say.
std::optional<LogLevel> ParseLogLevel(std::string_view name);
// "text", "json".
std::optional<LogFormat> ParseLogFormat(std::string_view name);

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  // Receives whole lines without their newline, one at a time; must neither log, fork nor
  // throw. Called by the thread that logs, which waits for it: for tests, or for what
  // returns at once. (What lies in a LogBuffer is given to it by the log's thread.)
  // fork() waits for it as well: a thread that forks must not hold a mutex that it takes.
  // Empty: lines are written.
  std::function<void(std::string_view line)> sink = nullptr;
  // False: MAILROOM_LOG_EVERY lets each line pass, for tests that look for one.
  bool rates_limited = true;
};

// Replaces the options. Before the first call: LogOptions().
void InitLogging(LogOptions options);

// Has lines go to the end of the file at `path`, made with mode 0640, and no longer to
// stderr; also those that wait. unavailable when it can't be opened: nothing changes.
Status OpenLogFile(const std::string& path);
// Returns at once. The log's thread opens the file anew, for the one that was there may
// have been renamed, and says in a line how that went; on failure it keeps the old one.
// False: there is no file, for nobody called OpenLogFile().
bool ReopenLogFile();

// What somebody who ends, or who detaches from the log, gives it for the rest.
inline constexpr Duration kLogPatience = std::chrono::seconds(1);
// Waits until the lines so far are written or lost, for `patience` at most. False when
// some still wait.
bool FlushLog(Duration patience = kLogPatience);
// Lines of this log that were lost since the process began: no room, or a failed write.
// The log tells them in a warning; at a level of error or off this number is all there is.
uint64_t LogLinesLost();

namespace log_internal {
extern std::atomic<LogLevel> g_level;
}  // namespace log_internal

inline bool LogEnabled(LogLevel level) {
  // relaxed: a threshold; a line more or less around a change does no harm.
  return level >= log_internal::g_level.load(std::memory_order_relaxed);
}

// Writes one line when `level` is enabled.
void Log(LogLevel level, std::string_view message);

// One line being put together; its end writes it. Made by the macros.
class LogLine final {
 public:
  LogLine(LogLevel level, const char* file, int line) : file_(file), line_(line), level_(level) {}
  LogLine(const LogLine&) = delete;
  LogLine& operator=(const LogLine&) = delete;
  ~LogLine();

  LogLine& operator<<(std::string_view text) {
    message_.append(text);
    return *this;
  }
  LogLine& operator<<(const char* text) { return *this << std::string_view(text); }
  LogLine& operator<<(const std::string& text) { return *this << std::string_view(text); }
  LogLine& operator<<(char letter) { return *this << std::string_view(&letter, 1); }
  LogLine& operator<<(bool flag) { return *this << std::string_view(flag ? "true" : "false"); }
  // Numbers in decimal; a double in the fewest digits that read back the same.
  template <class N>
    requires std::integral<N> || std::floating_point<N>
  LogLine& operator<<(N number) {
    char digits[32];
    const std::to_chars_result end = std::to_chars(digits, digits + sizeof(digits), number);
    return *this << std::string_view(digits, static_cast<size_t>(end.ptr - digits));
  }
  // With its unit: "1.5s", "20ms".
  LogLine& operator<<(Duration duration);
  // Whatever describes itself: Status, Address.
  template <class T>
    requires requires(const T& value) {
      { value.ToString() } -> std::convertible_to<std::string>;
    }
  LogLine& operator<<(const T& value) {
    return *this << value.ToString();
  }

  // Appended behind the message when lines like it were left out before.
  LogLine& Suppressed(int64_t lines) {
    suppressed_ = lines;
    return *this;
  }

 private:
  std::string message_;
  const char* file_;
  int64_t suppressed_ = 0;
  int line_;
  LogLevel level_;
};

// Lets one line pass per period: one for each place that logs. Any thread.
class LogLimiter final {
 public:
  static constexpr int64_t kRefused = -1;

  // How many were refused since the last that passed, or kRefused.
  int64_t Admit(TimePoint now, Duration period);

 private:
  std::atomic<Duration::rep> next_{Duration::min().count()};
  std::atomic<int64_t> refused_{0};
};

}  // namespace mailroom

// A `for` and neither `if` nor `?:`, so that it stands anywhere a statement does.
#define MAILROOM_LOG(level)                                                                   \
  for (bool mailroom_log = ::mailroom::LogEnabled(::mailroom::LogLevel::level); mailroom_log; \
       mailroom_log = false)                                                                  \
  ::mailroom::LogLine(::mailroom::LogLevel::level, __FILE__, __LINE__)

// At most one line per `period` and `limiter`.
#define MAILROOM_LOG_LIMITED(level, period, limiter)                                      \
  for (int64_t mailroom_log =                                                             \
           ::mailroom::log_internal::Admit(::mailroom::LogLevel::level, period, limiter); \
       mailroom_log != ::mailroom::LogLimiter::kRefused;                                  \
       mailroom_log = ::mailroom::LogLimiter::kRefused)                                   \
  ::mailroom::LogLine(::mailroom::LogLevel::level, __FILE__, __LINE__).Suppressed(mailroom_log)

// At most one line per `period` from this place in the source.
#define MAILROOM_LOG_EVERY(level, period)                                \
  MAILROOM_LOG_LIMITED(level, period, ([]() -> ::mailroom::LogLimiter& { \
                         static ::mailroom::LogLimiter limiter;          \
                         return limiter;                                 \
                       }()))

namespace mailroom::log_internal {

int64_t Admit(LogLevel level, Duration period, LogLimiter& limiter);

}  // namespace mailroom::log_internal
