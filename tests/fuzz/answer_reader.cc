// SPDX-License-Identifier: Apache-2.0
#include "mailroom/tests/fuzz/answer_reader.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "mailroom/base/check.h"

namespace mailroom::fuzz {
namespace {

bool IsTokenChar(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter ||
         (c != 0 && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

bool IsValueChar(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f);
}

// A line without its CRLF, in which no other CR or LF may stand.
std::string_view TakeLine(std::string_view* bytes) {
  const size_t end = bytes->find('\n');
  MAILROOM_CHECK(end != std::string_view::npos && end > 0 && (*bytes)[end - 1] == '\r');
  const std::string_view line = bytes->substr(0, end - 1);
  MAILROOM_CHECK(std::all_of(line.begin(), line.end(), IsValueChar));
  bytes->remove_prefix(end + 1);
  return line;
}

size_t ParseNumber(std::string_view text, int base) {
  size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  MAILROOM_CHECK(error == std::errc() && end == text.data() + text.size());
  return number;
}

FieldLines TakeFields(std::string_view* bytes) {
  FieldLines fields;
  for (std::string_view line = TakeLine(bytes); !line.empty(); line = TakeLine(bytes)) {
    const size_t colon = line.find(':');
    MAILROOM_CHECK(colon != std::string_view::npos && colon > 0);
    const std::string_view name = line.substr(0, colon);
    MAILROOM_CHECK(std::all_of(name.begin(), name.end(), IsTokenChar));
    MAILROOM_CHECK(line.substr(colon + 1, 1) == " ");
    fields.emplace_back(name, line.substr(colon + 2));
    std::string& key = fields.back().first;
    std::transform(key.begin(), key.end(), key.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
  }
  return fields;
}

std::string_view TakeBytes(size_t size, std::string_view* bytes) {
  MAILROOM_CHECK(bytes->size() >= size);
  const std::string_view taken = bytes->substr(0, size);
  bytes->remove_prefix(size);
  return taken;
}

void TakeChunks(std::string_view* bytes, ReadAnswer* answer) {
  for (;;) {
    const size_t size = ParseNumber(TakeLine(bytes), 16);
    if (size == 0) break;
    answer->body += TakeBytes(size, bytes);
    MAILROOM_CHECK(TakeBytes(2, bytes) == "\r\n");
  }
  answer->trailers = TakeFields(bytes);
}

void TakeBody(bool to_head, std::string_view* bytes, ReadAnswer* answer) {
  const std::string* const length = answer->Only("content-length");
  const std::string* const coding = answer->Only("transfer-encoding");
  MAILROOM_CHECK(length == nullptr || coding == nullptr);
  if (to_head || answer->status == 204 || answer->status == 304) return;
  if (coding != nullptr) {
    MAILROOM_CHECK(*coding == "chunked");
    TakeChunks(bytes, answer);
  } else if (length != nullptr) {
    answer->body = TakeBytes(ParseNumber(*length, 10), bytes);
  } else {
    MAILROOM_CHECK(answer->Only("connection") != nullptr);
    MAILROOM_CHECK(*answer->Only("connection") == "close");
    answer->body = TakeBytes(bytes->size(), bytes);
  }
}

}  // namespace

const std::string* ReadAnswer::Only(std::string_view name) const {
  const std::string* found = nullptr;
  for (const auto& [key, value] : fields) {
    if (key != name) continue;
    MAILROOM_CHECK(found == nullptr);
    found = &value;
  }
  return found;
}

ReadAnswer TakeAnswer(std::string_view* bytes, bool to_head) {
  ReadAnswer answer;
  const std::string_view line = TakeLine(bytes);
  MAILROOM_CHECK(line.substr(0, 9) == "HTTP/1.1 " && line.size() >= 13 && line[12] == ' ');
  answer.status = static_cast<int>(ParseNumber(line.substr(9, 3), 10));
  answer.fields = TakeFields(bytes);
  MAILROOM_CHECK(answer.Only("date") != nullptr);
  TakeBody(to_head, bytes, &answer);
  return answer;
}

}  // namespace mailroom::fuzz
