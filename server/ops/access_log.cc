// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/access_log.h"

#include <charconv>
#include <chrono>
#include <utility>

#include "mailroom/base/json_escape.h"

namespace mailroom::server {
namespace {

// `number` with leading zeros; what has more digits keeps them.
void AppendPadded(uint64_t number, size_t width, std::string* out) {
  char digits[24];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof(digits), number);
  const auto size = static_cast<size_t>(end.ptr - digits);
  if (size < width) out->append(width - size, '0');
  out->append(digits, size);
}

void AppendNumber(uint64_t number, std::string* out) { AppendPadded(number, 0, out); }

// "0.000123"
void AppendSeconds(Duration duration, std::string* out) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  const auto whole = static_cast<uint64_t>(us < 0 ? 0 : us);
  AppendNumber(whole / 1000000, out);
  out->push_back('.');
  AppendPadded(whole % 1000000, 6, out);
}

// "2026-11-21T16:30:05"
std::string SecondText(std::chrono::sys_seconds second) {
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(second - day);
  std::string text;
  AppendPadded(static_cast<uint64_t>(static_cast<int>(date.year())), 4, &text);
  text.push_back('-');
  AppendPadded(static_cast<unsigned>(date.month()), 2, &text);
  text.push_back('-');
  AppendPadded(static_cast<unsigned>(date.day()), 2, &text);
  text.push_back('T');
  AppendPadded(static_cast<uint64_t>(clock.hours().count()), 2, &text);
  text.push_back(':');
  AppendPadded(static_cast<uint64_t>(clock.minutes().count()), 2, &text);
  text.push_back(':');
  AppendPadded(static_cast<uint64_t>(clock.seconds().count()), 2, &text);
  return text;
}

}  // namespace

bool AccessLog::Admit(Code code) {
  if (code != Code::kOk) return true;
  if (++skipped_ < options_.sample) return false;
  skipped_ = 0;
  return true;
}

void AccessLog::Add(const AccessEntry& entry, WallTime now) {
  line_.clear();
  if (options_.format == LogFormat::kJson) {
    WriteJson(entry, now);
  } else {
    WriteText(entry, now);
  }
  line_.push_back('\n');
  waiting_->Add(line_);
}

void AccessLog::AppendTime(WallTime now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (second.time_since_epoch().count() != second_) {
    second_ = second.time_since_epoch().count();
    second_text_ = SecondText(second);
  }
  line_.append(second_text_).push_back('.');
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now - second).count();
  AppendPadded(static_cast<uint64_t>(us), 6, &line_);
  line_.push_back('Z');
}

void AccessLog::WriteText(const AccessEntry& entry, WallTime now) {
  AppendTime(now);
  line_.append(" info access] protocol=").append(entry.protocol);
  line_.append(" method=").append(entry.method);
  line_.append(" code=").append(CodeName(entry.code)).append(" status=");
  AppendNumber(static_cast<uint64_t>(entry.http_status), &line_);
  line_.append(" request_bytes=");
  AppendNumber(entry.request_bytes, &line_);
  line_.append(" response_bytes=");
  AppendNumber(entry.response_bytes, &line_);
  line_.append(" duration_s=");
  AppendSeconds(entry.took, &line_);
  if (entry.queued >= Duration::zero()) {
    line_.append(" queue_s=");
    AppendSeconds(entry.queued, &line_);
  }
  line_.append(" peer=");
  AppendJsonEscaped(entry.peer, &line_);
  if (!entry.trace_id.empty()) line_.append(" trace_id=").append(entry.trace_id);
  AppendQuoted(" request=", entry.request_line);
  AppendQuoted(" user_agent=", entry.user_agent);
}

// What the client chose: quoted, so that it forges no other field.
void AccessLog::AppendQuoted(std::string_view name, std::string_view value) {
  if (value.empty()) return;
  line_.append(name).push_back('"');
  AppendJsonEscaped(value, &line_);
  line_.push_back('"');
}

void AccessLog::WriteJson(const AccessEntry& entry, WallTime now) {
  line_.append("{\"time\":\"");
  AppendTime(now);
  line_.append(R"(","level":"info","message":"access","protocol":")").append(entry.protocol);
  line_.append(R"(","method":")").append(entry.method);
  line_.append(R"(","code":")").append(CodeName(entry.code)).append(R"(","status":)");
  AppendNumber(static_cast<uint64_t>(entry.http_status), &line_);
  line_.append(R"(,"request_bytes":)");
  AppendNumber(entry.request_bytes, &line_);
  line_.append(R"(,"response_bytes":)");
  AppendNumber(entry.response_bytes, &line_);
  line_.append(R"(,"duration_s":)");
  AppendSeconds(entry.took, &line_);
  if (entry.queued >= Duration::zero()) {
    line_.append(R"(,"queue_s":)");
    AppendSeconds(entry.queued, &line_);
  }
  line_.append(R"(,"peer":")");
  AppendJsonEscaped(entry.peer, &line_);
  if (!entry.trace_id.empty()) line_.append(R"(","trace_id":")").append(entry.trace_id);
  line_.push_back('"');
  AppendQuoted(R"(,"request":)", entry.request_line);
  AppendQuoted(R"(,"user_agent":)", entry.user_agent);
  line_.push_back('}');
}

AccessLogWriter::AccessLogWriter(std::vector<AccessLog*> logs) : logs_(std::move(logs)) {
  for (AccessLog* log : logs_) AttachToLog(log->waiting());
}

AccessLogWriter::~AccessLogWriter() {
  FlushLog();
  for (AccessLog* log : logs_) DetachFromLog(*log->waiting());
}

}  // namespace mailroom::server
