// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mailroom/base/clock.h"
#include "mailroom/base/log.h"
#include "mailroom/base/log_buffer.h"
#include "mailroom/base/status.h"

// AccessLog: one line per answered request (--access-log), text or JSON as
// --log-format says. Private to server.
//
// A loop puts lines together and into a bounded buffer of its own; the log's thread
// takes them out and writes them (base/log_buffer.h). So a slow disk or a full pipe
// stops nobody's call: lines over the bound are lost and counted, and so are those that
// could not be written. Sampling: of calls that went well every Nth of a loop is told,
// of others each.
namespace mailroom::server {

// What one line tells. Views are the caller's. Empty ones are left out, and a
// `queued` that is negative: no actor has taken the call.
struct AccessEntry {
  std::string_view protocol;
  std::string_view method;
  std::string_view request_line;  // "GET /path": what became no call
  Code code = Code::kOk;
  int http_status = 0;  // 0: the caller was gone
  size_t request_bytes = 0;
  size_t response_bytes = 0;
  Duration took{};
  Duration queued{-1};
  std::string_view peer;
  std::string_view trace_id;
  std::string_view user_agent;
};

class AccessLog final {
 public:
  // What one loop may have waiting for the log's thread.
  static constexpr size_t kWaitingBytes = 4 * 1024 * 1024;

  struct Options {
    bool on = false;
    size_t sample = 1;  // every Nth that went well
    LogFormat format = LogFormat::kText;
  };

  explicit AccessLog(const Options& options)
      : options_(options), waiting_(std::make_shared<LogBuffer>(kWaitingBytes)) {}

  bool on() const { return options_.on; }
  // Loop thread. Whether this request's line is wanted; counts it.
  bool Admit(Code code);
  // Loop thread.
  void Add(const AccessEntry& entry, WallTime now);

  // Any thread. The lines that wait to be written, and how many were lost.
  const std::shared_ptr<LogBuffer>& waiting() const { return waiting_; }

 private:
  // Puts the line into line_.
  void WriteText(const AccessEntry& entry, WallTime now);
  void WriteJson(const AccessEntry& entry, WallTime now);
  void AppendTime(WallTime now);
  // `name` with the sign behind it; nothing when there is no value.
  void AppendQuoted(std::string_view name, std::string_view value);

  const Options options_;
  size_t skipped_ = 0;
  int64_t second_ = -1;  // which `second_text_` is
  std::string second_text_;
  std::string line_;
  const std::shared_ptr<LogBuffer> waiting_;  // co-owned by the log's thread while it writes
};

// While it lives the log's thread writes what the loops have put together.
class AccessLogWriter final {
 public:
  // They outlive the writer.
  explicit AccessLogWriter(std::vector<AccessLog*> logs);
  // When the loops have ended. Writes what is left, for a second at most.
  ~AccessLogWriter();
  AccessLogWriter(const AccessLogWriter&) = delete;
  AccessLogWriter& operator=(const AccessLogWriter&) = delete;

 private:
  const std::vector<AccessLog*> logs_;
};

}  // namespace mailroom::server
