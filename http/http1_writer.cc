// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/http1_writer.h"

#include <charconv>
#include <chrono>
#include <cstring>
#include <limits>

#include "mailroom/base/ascii.h"
#include "mailroom/base/check.h"
#include "mailroom/http/char_class.h"
#include "mailroom/http/status_text.h"

namespace mailroom::http {
namespace {

// A content type up to this size is composed with the lines around it.
constexpr size_t kUsualType = 64;

// Of a template: its status line, date, and the name of content-length.
constexpr size_t kBeforeLength = 17 + 37 + 16;

bool HasTemplate(const HeadLines& head) {
  return head.status == 200 && head.persistence == Persistence::kSilent && head.has_length &&
         head.content_type.size() <= kUsualType &&
         (head.headers == nullptr || head.headers->empty());
}

// Collects short pieces of known total size, so that *out grows once.
class Lines {
 public:
  void Add(std::string_view text) {
    MAILROOM_DCHECK(text.size() <= bytes_.size() - used_);
    std::memcpy(bytes_.data() + used_, text.data(), text.size());
    used_ += text.size();
  }
  void AddNumber(size_t number, int base) {
    char* const end = bytes_.data() + bytes_.size();
    used_ = static_cast<size_t>(std::to_chars(bytes_.data() + used_, end, number, base).ptr -
                                bytes_.data());
  }
  std::string_view view() const { return {bytes_.data(), used_}; }

 private:
  // The longest status line (49), date (37), connection (24), and
  // content-length (38) or transfer-encoding (28), the empty line (2), and a
  // content type of usual length (16 and kUsualType).
  std::array<char, 256> bytes_;
  size_t used_ = 0;
};

// A status without a name here; the phrase may be empty, its space may not
// (RFC 9112 s4). Three digits or it is a bug of ours, told as such.
void AddUnnamedStatus(int status, Lines* lines) {
  lines->Add("HTTP/1.1 ");
  lines->AddNumber(status >= 100 && status <= 999 ? static_cast<size_t>(status) : 500, 10);
  lines->Add(" \r\n");
}

void AppendValue(std::string_view value, std::string* out) {
  if (IsPrintable(value) || AllAre(kTextChar, value)) {
    out->append(value);
    return;
  }
  for (const char ch : value) out->push_back(Is(kTextChar, ch) ? ch : ' ');
}

bool IsOwnedByEngine(std::string_view name) {
  switch (name.size()) {
    case 4:
      return EqualsIgnoreCase(name, "date");
    case 10:
      return EqualsIgnoreCase(name, "connection") || EqualsIgnoreCase(name, "keep-alive");
    case 14:
      return EqualsIgnoreCase(name, "content-length");
    case 17:
      return EqualsIgnoreCase(name, "transfer-encoding");
    default:
      return false;
  }
}

void AppendField(std::string_view name, std::string_view value, std::string* out) {
  out->append(name);
  out->append(": ");
  AppendValue(value, out);
  out->append("\r\n");
}

void AppendFields(const Headers& fields, std::string* out) {
  for (const Field& field : fields) {
    if (!IsToken(field.name) || IsOwnedByEngine(field.name)) continue;
    AppendField(field.name, field.value, out);
  }
}

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 s5.6.7).
void FormatDate(std::chrono::sys_seconds time, char* to) {
  static constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const auto two = [](char* at, unsigned value) {
    at[0] = static_cast<char>('0' + value / 10);
    at[1] = static_cast<char>('0' + value % 10);
  };
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  std::memcpy(to, "Day, 00 Mon 0000 00:00:00 GMT", 29);
  std::memcpy(to, kDays.data() + 3 * std::chrono::weekday(day).c_encoding(), 3);
  two(to + 5, static_cast<unsigned>(date.day()));
  std::memcpy(to + 8, kMonths.data() + 3 * (static_cast<unsigned>(date.month()) - 1), 3);
  two(to + 12, year / 100 % 100);
  two(to + 14, year % 100);
  two(to + 17, static_cast<unsigned>(clock.hours().count()));
  two(to + 20, static_cast<unsigned>(clock.minutes().count()));
  two(to + 23, static_cast<unsigned>(clock.seconds().count()));
}

}  // namespace

std::string_view DateLine::Get(WallTime now) {
  const auto time = std::chrono::floor<std::chrono::seconds>(now);
  const int64_t second = time.time_since_epoch().count();
  if (second != second_) {
    second_ = second;
    std::memcpy(text_.data(), "date: ", 6);
    FormatDate(time, text_.data() + 6);
    std::memcpy(text_.data() + 35, "\r\n", 2);
  }
  return {text_.data(), text_.size()};
}

void WriteHead(const HeadLines& head, std::string_view date_line, std::string* out) {
  Lines lines;
  const std::string_view status_line = StatusLine(head.status);
  if (status_line.empty()) {
    AddUnnamedStatus(head.status, &lines);
  } else {
    lines.Add(status_line);
  }
  lines.Add(date_line);
  if (head.persistence == Persistence::kClose) lines.Add("connection: close\r\n");
  if (head.persistence == Persistence::kKeepAlive) lines.Add("connection: keep-alive\r\n");
  if (head.has_length) {
    lines.Add("content-length: ");
    lines.AddNumber(head.content_length, 10);
    lines.Add("\r\n");
  } else if (head.framing == BodyFraming::kChunked) {
    lines.Add("transfer-encoding: chunked\r\n");
  }
  // As nearly always: short, and nothing behind it.
  const bool fits = head.content_type.size() <= kUsualType && IsPrintable(head.content_type);
  if (fits && !head.content_type.empty()) {
    lines.Add("content-type: ");
    lines.Add(head.content_type);
    lines.Add("\r\n");
  }
  const bool last = fits && (head.headers == nullptr || head.headers->empty());
  if (last) lines.Add("\r\n");
  out->append(lines.view());
  if (last) return;
  if (!fits) AppendField("content-type", head.content_type, out);
  if (head.headers != nullptr) AppendFields(*head.headers, out);
  out->append("\r\n");
}

void HeadWriter::Write(const HeadLines& head, WallTime now, std::string* out) {
  const std::string_view date_line = date_line_.Get(now);
  if (!HasTemplate(head)) {
    WriteHead(head, date_line, out);
    return;
  }
  Template& known = templates_[head.content_type.size() % templates_.size()];
  if (known.second != date_line_.second() || known.content_type != head.content_type) {
    HeadLines lines = head;
    lines.content_length = 0;
    known.text.clear();
    WriteHead(lines, date_line, &known.text);
    known.content_type = head.content_type;
    known.second = date_line_.second();
  }
  std::array<char, kBeforeLength + std::numeric_limits<size_t>::digits10 + 1> start;
  std::memcpy(start.data(), known.text.data(), kBeforeLength);
  char* const length = start.data() + kBeforeLength;
  const char* const end =
      std::to_chars(length, start.data() + start.size(), head.content_length).ptr;
  out->append(start.data(), static_cast<size_t>(end - start.data()));
  out->append(known.text, kBeforeLength + 1);
}

void WriteContinue(std::string* out) { out->append("HTTP/1.1 100 Continue\r\n\r\n"); }

void WriteChunkSize(size_t size, std::string* out) {
  MAILROOM_DCHECK(size > 0);
  Lines line;
  line.AddNumber(size, 16);
  line.Add("\r\n");
  out->append(line.view());
}

void WriteLastChunk(const Headers* trailers, std::string* out) {
  out->append("0\r\n");
  if (trailers != nullptr) AppendFields(*trailers, out);
  out->append("\r\n");
}

}  // namespace mailroom::http
