// SPDX-License-Identifier: Apache-2.0
// Chunked bodies, both ways.
//
// Input: a line as in http1_engine.cc; then what follows the head of a chunked request. It is read
// as chunks, and it is also sent as an answer in chunks that must come back the same.

#include <algorithm>
#include <string>
#include <string_view>

#include "mailroom/base/check.h"
#include "mailroom/http/http1_engine.h"
#include "mailroom/http/testing/text_output.h"
#include "mailroom/tests/fuzz/answer_reader.h"
#include "mailroom/tests/fuzz/exchanges.h"
#include "mailroom/tests/fuzz/target.h"

namespace mailroom::fuzz {
namespace {

constexpr std::string_view kHead =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

size_t HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<size_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<size_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<size_t>(c - 'A' + 10);
  return 16;
}

bool IsControl(char c) { return (c >= '\0' && c < ' ' && c != '\t') || c == '\x7f'; }

std::string_view TakeLine(std::string_view* rest) {
  const size_t end = rest->find("\r\n");
  MAILROOM_CHECK(end != std::string_view::npos);
  const std::string_view line = rest->substr(0, end);
  rest->remove_prefix(end + 2);
  // Some readers end lines at other characters than these two (RFC 9112 s2.2 and s7.1.1).
  MAILROOM_CHECK(std::none_of(line.begin(), line.end(), IsControl));
  return line;
}

// What a careless reader in front of us or behind us would make of chunks that we have taken: it
// reads digits as long as there are any and looks at nothing else.
std::string ReadCarelessly(std::string_view* rest) {
  std::string body;
  for (;;) {
    size_t size = 0;
    for (const char c : TakeLine(rest)) {
      if (HexDigit(c) == 16) break;
      size = size * 16 + HexDigit(c);
    }
    if (size == 0) break;
    MAILROOM_CHECK(size <= rest->size());
    body += rest->substr(0, size);
    rest->remove_prefix(size);
    MAILROOM_CHECK(TakeLine(rest).empty());
  }
  while (!TakeLine(rest).empty()) {
  }
  return body;
}

void CheckReading(const Feeding& feeding, std::string_view chunks, const Cuts& cuts) {
  const std::string bytes = std::string(kHead).append(chunks);
  const Exchanges whole = Feed(feeding, bytes, {});
  MAILROOM_CHECK(whole == Feed(feeding, bytes, cuts));
  if (whole.complete.empty()) return;
  std::string_view rest = chunks;
  MAILROOM_CHECK(ReadCarelessly(&rest) == whole.complete[0].body);
  MAILROOM_CHECK(bytes.size() - rest.size() == whole.complete[0].end);
}

// `body` in pieces as the chunks of an answer.
std::string SendInChunks(std::string_view body, const Cuts& cuts) {
  const auto engine = http::MakeHttp1Engine(http::Limits());
  const std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  size_t consumed = 0;
  http::testing::TextOutput out;
  engine->Next(get, &consumed, out);
  engine->Next("", &consumed, out);
  engine->SendHead(http::StreamId{1}, http::ResponseHead(), WallTime(), out);
  for (size_t i = 0; !body.empty(); ++i) {
    const size_t size = std::min(cuts[i % cuts.size()], body.size());
    std::string part(body.substr(0, size));
    engine->Send(http::StreamId{1}, {.body = &part, .offset = 0, .size = size}, /*last=*/false,
                 out);
    body.remove_prefix(size);
  }
  engine->Send(http::StreamId{1}, {}, /*last=*/true, out);
  return out.Take();
}

void CheckSending(std::string_view body, const Cuts& cuts) {
  const std::string sent = SendInChunks(body, cuts);
  std::string_view rest = sent;
  MAILROOM_CHECK(TakeAnswer(&rest, /*to_head=*/false).body == body && rest.empty());
  const std::string_view chunks = std::string_view(sent).substr(sent.find("\r\n\r\n") + 4);
  const Exchanges back = Feed(Feeding(), std::string(kHead).append(chunks), cuts);
  MAILROOM_CHECK(!back.refused && back.complete.size() == 1 && back.complete[0].body == body);
}

}  // namespace
}  // namespace mailroom::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailroom::fuzz;
  std::string_view bytes = Text(data, size);
  const std::string_view line = TakeUntil('\n', &bytes);
  Feeding feeding;
  if (line.starts_with('1')) feeding.limits = SmallLimits();
  Cuts cuts = CutsOf(line.substr(0, 40));
  cuts.push_back(7);
  CheckReading(feeding, bytes, cuts);
  CheckSending(bytes, cuts);
  return 0;
}
