// SPDX-License-Identifier: Apache-2.0
// Answers with any field names and values: no caller of the engine can split one.
//
// Input: a line whose first character says how it is answered (1: HTTP/1.0, 2: HEAD, 4: without a
// length, 8: the last of the connection) and whose second picks the status; then, parted by '|',
// content type, body, and names and values of header fields, behind a '||' of trailer fields.

#include <string>
#include <string_view>

#include "mailroom/base/check.h"
#include "mailroom/http/http1_engine.h"
#include "mailroom/http/testing/text_output.h"
#include "mailroom/tests/fuzz/answer_reader.h"
#include "mailroom/tests/fuzz/target.h"

namespace mailroom::fuzz {
namespace {

constexpr int kStatuses[] = {200, 201, 204, 304, 400, 404, 429, 499, 500, 503, 599, 999};

http::Headers TakeHeaders(std::string_view* rest) {
  http::Headers fields;
  while (!rest->empty()) {
    const std::string_view name = TakeUntil('|', rest);
    if (name.empty()) break;
    fields.Add(name, TakeUntil('|', rest));
  }
  return fields;
}

class Answerer final {
 public:
  explicit Answerer(size_t how) : how_(how) {
    std::string request = (how & 2) != 0 ? "HEAD / HTTP/1." : "GET / HTTP/1.";
    request += (how & 1) != 0 ? "0\r\nConnection: keep-alive\r\n\r\n" : "1\r\nHost: a\r\n\r\n";
    size_t consumed = 0;
    engine_->Next(request, &consumed, out_);
    MAILROOM_CHECK(consumed == request.size());
    engine_->Next("", &consumed, out_);
    if ((how & 8) != 0) engine_->StartClosing(out_);
  }

  std::string Answer(int status, std::string_view rest) {
    http::ResponseHead head;
    head.status = status;
    head.content_type = TakeUntil('|', &rest);
    const std::string_view body = TakeUntil('|', &rest);
    const http::Headers headers = TakeHeaders(&rest);
    const http::Headers trailers = TakeHeaders(&rest);
    head.headers = &headers;
    if ((how_ & 4) == 0) head.content_length = body.size();
    std::string bytes(body);
    engine_->SendHead(http::StreamId{1}, head, WallTime(), out_);
    engine_->Send(http::StreamId{1}, {.body = &bytes, .offset = 0, .size = bytes.size()},
                  /*last=*/false, out_);
    engine_->SendTrailers(http::StreamId{1}, trailers, out_);
    return out_.Take();
  }

  bool to_head() const { return (how_ & 2) != 0; }
  bool must_close() const { return engine_->state().must_close; }

 private:
  const size_t how_;
  http::testing::TextOutput out_;
  std::unique_ptr<http::Engine> engine_ = http::MakeHttp1Engine(http::Limits());
};

void CheckAnswer(size_t how, int status, std::string_view rest) {
  Answerer answerer(how);
  const std::string sent = answerer.Answer(status, rest);
  TakeUntil('|', &rest);
  const std::string_view body = TakeUntil('|', &rest);
  std::string_view bytes = sent;
  const ReadAnswer answer = TakeAnswer(&bytes, answerer.to_head());
  MAILROOM_CHECK(bytes.empty());
  MAILROOM_CHECK(answer.status == status);
  const bool has_body = !answerer.to_head() && status != 204 && status != 304;
  MAILROOM_CHECK(answer.body == (has_body ? body : ""));
  const std::string* const connection = answer.Only("connection");
  MAILROOM_CHECK(answerer.must_close() == (connection != nullptr && *connection == "close"));
}

}  // namespace
}  // namespace mailroom::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailroom::fuzz;
  std::string_view rest = Text(data, size);
  const std::string_view line = TakeUntil('\n', &rest);
  const size_t how = line.empty() ? 0 : Number(line[0], 16);
  const size_t status = line.size() < 2 ? 0 : Number(line[1], std::size(kStatuses));
  CheckAnswer(how, kStatuses[status], rest);
  return 0;
}
