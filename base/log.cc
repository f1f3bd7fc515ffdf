// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/log.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include "mailroom/base/json_escape.h"
#include "mailroom/base/log_buffer.h"
#include "mailroom/base/log_output.h"
#include "mailroom/base/log_writer.h"
#include "mailroom/base/mutex.h"
#include "mailroom/base/thread.h"
#include "mailroom/base/thread_annotations.h"

namespace mailroom {
namespace log_internal {

std::atomic<LogLevel> g_level{LogLevel::kInfo};

}  // namespace log_internal

namespace {

std::atomic<bool> g_rates_limited{true};

constexpr std::array<std::string_view, 5> kLevelNames = {"debug", "info", "warning", "error",
                                                         "off"};

// The time stands in front in both; "%*" is what RestOfLine writes.
constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%fZ %*";
constexpr const char* kJsonPattern = "{\"time\":\"%Y-%m-%dT%H:%M:%S.%fZ\",%*}";

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      break;
  }
  return spdlog::level::off;
}

std::string_view NameOf(spdlog::level::level_enum level) {
  // Ours are four of spdlog's seven, which begin one lower with "trace".
  return kLevelNames[static_cast<size_t>(level) - 1];
}

std::string_view BaseName(const char* path) {
  const std::string_view whole = path == nullptr ? "" : path;
  return whole.substr(whole.rfind('/') + 1);
}

std::string Source(const spdlog::source_loc& source) {
  if (source.empty()) return "-";
  return std::string(BaseName(source.filename)).append(":").append(std::to_string(source.line));
}

// Control characters would let a message forge lines or drive a terminal.
void AppendTextEscaped(std::string_view text, std::string* out) {
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20 && code != 0x7F) {
      out->push_back(c);
    } else {
      AppendJsonEscaped(std::string_view(&c, 1), out);
    }
  }
}

class RestOfLine final : public spdlog::custom_flag_formatter {
 public:
  explicit RestOfLine(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    const std::string line =
        format_ == LogFormat::kJson ? Json(message, text) : Text(message, text);
    out.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<RestOfLine>(format_);
  }

 private:
  static std::string Text(const spdlog::details::log_msg& message, std::string_view text) {
    std::string line(NameOf(message.level));
    line.append(" ");
    AppendTextEscaped(ThreadName(), &line);
    line.append(" ").append(Source(message.source)).append("] ");
    AppendTextEscaped(text, &line);
    return line;
  }
  static std::string Json(const spdlog::details::log_msg& message, std::string_view text) {
    std::string line = "\"level\":\"";
    line.append(NameOf(message.level)).append("\",\"thread\":\"");
    AppendJsonEscaped(ThreadName(), &line);
    line.append("\",\"source\":\"");
    AppendJsonEscaped(Source(message.source), &line);
    line.append("\",\"message\":\"");
    AppendJsonEscaped(text, &line);
    line.append("\"");
    return line;
  }

  const LogFormat format_;
};

LogWriter& Writer();

class Sink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // Meanwhile no thread is in the middle of a line.
  void Lock() { mutex_.lock(); }
  void Unlock() { mutex_.unlock(); }
};

// Hands each line to the log's thread. spdlog's lock is held meanwhile, for no longer
// than the line takes to be put together and copied.
class WriterSink final : public Sink {
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    Writer().Add(std::string_view(line.data(), line.size()));
  }
  void flush_() override {}
};

// Hands each line to the function of LogOptions.
class FunctionSink final : public Sink {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> function)
      : function_(std::move(function)) {}

  // How many of them were lost.
  uint64_t Lines(std::string_view lines) {
    std::lock_guard<std::mutex> lock(mutex_);
    uint64_t lost = 0;
    while (!lines.empty()) {
      const size_t end = std::min(lines.find('\n'), lines.size() - 1);
      if (!TryLine(lines.substr(0, lines[end] == '\n' ? end : end + 1))) ++lost;
      lines.remove_prefix(end + 1);
    }
    return lost;
  }

 private:
  // As spdlog does around sink_it_(): a std::exception of the function costs the line.
  bool TryLine(std::string_view line) {
    try {
      function_(line);
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    function_(std::string_view(line.data(), line.size()));
  }
  void flush_() override {}

  const std::function<void(std::string_view)> function_;
};

std::shared_ptr<spdlog::logger> MakeLogger(LogOptions options) {
  const bool json = options.format == LogFormat::kJson;
  const bool to_function = options.sink != nullptr;
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc,
                                                               to_function ? "" : "\n");
  formatter->add_flag<RestOfLine>('*', options.format);
  formatter->set_pattern(json ? kJsonPattern : kTextPattern);

  std::shared_ptr<spdlog::sinks::sink> sink;
  if (to_function) {
    sink = std::make_shared<FunctionSink>(std::move(options.sink));
  } else {
    sink = std::make_shared<WriterSink>();
  }
  sink->set_formatter(std::move(formatter));
  auto logger = std::make_shared<spdlog::logger>("mailroom", std::move(sink));
  logger->set_level(spdlog::level::trace);  // g_level decides
  // A std::exception costs the line, and spdlog would tell it on stderr. Any other
  // exception of a function ends the program.
  logger->set_error_handler([](const std::string&) {});
  return logger;
}

// The logger in use. Co-owned by the threads that are writing a line, so that
// InitLogging() need not wait for them.
class Current final {
 public:
  std::shared_ptr<spdlog::logger> Get() {
    MutexLock lock(mutex_);
    return logger_;
  }
  void Set(std::shared_ptr<spdlog::logger> logger) {
    MutexLock lock(mutex_);
    logger_.swap(logger);
  }
  // Held around fork(): the child has one thread, which could not unlock what another
  // thread of the parent held.
  void Lock() MAILROOM_ACQUIRE(mutex_) {
    mutex_.Lock();
    sink().Lock();
  }
  void Unlock() MAILROOM_RELEASE(mutex_) {
    sink().Unlock();
    mutex_.Unlock();
  }

 private:
  Sink& sink() MAILROOM_REQUIRES(mutex_) { return static_cast<Sink&>(*logger_->sinks().front()); }

  Mutex mutex_;
  std::shared_ptr<spdlog::logger> logger_ MAILROOM_GUARDED_BY(mutex_) = MakeLogger(LogOptions());
};

Current& Global();

// Lines of an attached buffer, when the log goes to a function.
std::optional<uint64_t> Divert(std::string_view lines) {
  const std::shared_ptr<spdlog::logger> logger = Global().Get();
  auto* const function = dynamic_cast<FunctionSink*>(logger->sinks().front().get());
  if (function == nullptr) return std::nullopt;
  return function->Lines(lines);
}

void TellLost(uint64_t lines) {
  MAILROOM_LOG(kWarning) << lines << " lines of the log were lost: its reader was slow or gone";
}

void TellReopened(const std::string& path, const Status& status) {
  if (status.ok()) {
    MAILROOM_LOG(kInfo) << "log file opened anew: " << path;
  } else {
    MAILROOM_LOG(kError) << status << "; the log goes on in the file that was open";
  }
}

LogWriter::Hooks WriterHooks() { return {Divert, TellLost, TellReopened}; }

// All there is of the log. Never destroyed: exit handlers may log.
struct WholeLog {
  WholeLog() {
    CallAroundFork(BeforeFork, InParent, InChild);
    std::atexit([] { FlushLog(); });
  }

  // The child gets logger and writer unlocked.
  static void BeforeFork() MAILROOM_NO_THREAD_SAFETY_ANALYSIS;
  static void InParent() MAILROOM_NO_THREAD_SAFETY_ANALYSIS;
  static void InChild() MAILROOM_NO_THREAD_SAFETY_ANALYSIS;

  Current current;
  std::atomic<LogWriter*> writer{new LogWriter(kStderr, WriterHooks())};
  LogWriter* parents = nullptr;  // in a child. Kept so that leak checkers find it.
};

WholeLog& TheLog() {
  static auto* const log = new WholeLog();
  return *log;
}

Current& Global() { return TheLog().current; }

LogWriter& Writer() { return *TheLog().writer.load(); }

void WholeLog::BeforeFork() {
  Global().Lock();
  Writer().LockForFork();
}

void WholeLog::InParent() {
  Writer().UnlockAfterFork();
  Global().Unlock();
}

void WholeLog::InChild() {
  WholeLog& log = TheLog();
  log.parents = log.writer.load();
  log.writer.store(log.parents->NewForChild(WriterHooks()).release());
  log.parents->UnlockAfterFork();
  Global().Unlock();
}

void Write(LogLevel level, const char* file, int line, std::string_view message) {
  const spdlog::source_loc source(file, line, "");
  Global().Get()->log(source, ToSpdlog(level),
                      spdlog::string_view_t(message.data(), message.size()));
}

}  // namespace

std::string_view LogLevelName(LogLevel level) { return kLevelNames[static_cast<size_t>(level)]; }

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  if (name == "warn") return LogLevel::kWarning;
  for (size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

std::optional<LogFormat> ParseLogFormat(std::string_view name) {
  if (name == "text") return LogFormat::kText;
  if (name == "json") return LogFormat::kJson;
  return std::nullopt;
}

void InitLogging(LogOptions options) {
  const LogLevel level = options.level;
  g_rates_limited.store(options.rates_limited);
  Global().Set(MakeLogger(std::move(options)));
  log_internal::g_level.store(level);
}

Status OpenLogFile(const std::string& path) { return Writer().OpenFile(path); }

bool ReopenLogFile() { return Writer().ReopenFile(); }

bool FlushLog(Duration patience) { return Writer().Flush(patience); }

uint64_t LogLinesLost() { return Writer().lost(); }

void AttachToLog(std::shared_ptr<LogBuffer> buffer) { Writer().Attach(std::move(buffer)); }

void DetachFromLog(const LogBuffer& buffer) { Writer().Detach(buffer); }

void Log(LogLevel level, std::string_view message) {
  if (LogEnabled(level)) Write(level, nullptr, 0, message);
}

LogLine::~LogLine() {
  if (suppressed_ > 0) *this << " (" << suppressed_ << " more like this were left out)";
  Write(level_, file_, line_, message_);
}

LogLine& LogLine::operator<<(Duration duration) {
  using Seconds = std::chrono::duration<double>;
  using Milliseconds = std::chrono::duration<double, std::milli>;
  if (duration >= std::chrono::seconds(1)) return *this << Seconds(duration).count() << "s";
  return *this << Milliseconds(duration).count() << "ms";
}

int64_t LogLimiter::Admit(TimePoint now, Duration period) {
  Duration::rep next = next_.load();
  const Duration::rep at = now.time_since_epoch().count();
  if (at < next || !next_.compare_exchange_strong(next, at + period.count())) {
    refused_.fetch_add(1);
    return kRefused;
  }
  return refused_.exchange(0);
}

namespace log_internal {

int64_t Admit(LogLevel level, Duration period, LogLimiter& limiter) {
  if (!LogEnabled(level)) return LogLimiter::kRefused;
  if (!g_rates_limited.load()) return 0;
  return limiter.Admit(Clock::System().Now(), period);
}

}  // namespace log_internal
}  // namespace mailroom
