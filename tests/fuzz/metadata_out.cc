// SPDX-License-Identifier: Apache-2.0
// What a handler says becomes an answer: whatever its metadata, its error and its message hold, no
// CR, LF or NUL of theirs reaches the wire, and a client reads back what was said.
//
// Input: a character that is the status code and one that is the wire format (even: protobuf);
// then, parted by '|', the message (also the error's and its detail's), keys and values of leading
// metadata, and behind a '||' of trailing metadata.

#include <algorithm>
#include <string>
#include <string_view>

#include "mailroom/base/check.h"
#include "mailroom/base/log.h"
#include "mailroom/base/metadata.h"
#include "mailroom/http/http1_engine.h"
#include "mailroom/http/testing/text_output.h"
#include "mailroom/rpc/base64.h"
#include "mailroom/rpc/connect/connect_error.h"
#include "mailroom/rpc/protocols.h"
#include "mailroom/tests/fuzz/answer_reader.h"
#include "mailroom/tests/fuzz/target.h"

namespace mailroom::fuzz {
namespace {

Metadata TakeMetadata(std::string_view* rest) {
  Metadata metadata;
  while (!rest->empty()) {
    const std::string_view key = TakeUntil('|', rest);
    if (key.empty()) break;
    metadata.Add(key, TakeUntil('|', rest));
  }
  return metadata;
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// Through the engine, as the hall does it.
std::string Write(const rpc::Answer& answer) {
  const auto engine = http::MakeHttp1Engine(http::Limits());
  size_t consumed = 0;
  http::testing::TextOutput out;
  engine->Next("POST / HTTP/1.1\r\nHost: a\r\n\r\n", &consumed, out);
  engine->Next("", &consumed, out);
  http::ResponseHead head;
  head.status = answer.status;
  head.content_type = answer.content_type;
  head.headers = &answer.headers;
  head.content_length = answer.body.size();
  http::testing::Answer(*engine, http::StreamId{1}, head, WallTime(), answer.body, out);
  return out.Take();
}

// Every entry arrives, in order, under its name.
void CheckArrived(const Metadata& metadata, std::string_view prefix, FieldLines::iterator* at,
                  FieldLines::iterator end) {
  for (size_t i = 0; i < metadata.size(); ++i) {
    const auto [key, value] = metadata[i];
    const std::string name = std::string(prefix).append(key);
    std::string wanted(value);
    if (Metadata::IsBinary(key)) {
      wanted.clear();
      rpc::AppendBase64(value, &wanted);
    }
    *at = std::find(*at, end, std::pair(name, wanted));
    MAILROOM_CHECK(*at != end);
    ++*at;
  }
}

void CheckError(const ReadAnswer& answer, Code code, const Status& said) {
  const Status heard = rpc::ParseConnectError(answer.status, answer.body);
  MAILROOM_CHECK(heard.code() == code);
  // Or it is ours, as the metadata could not be sent.
  if (code != said.code() || code == Code::kInternal) return;
  if (IsPrintable(said.message())) MAILROOM_CHECK(heard.message() == said.message());
  MAILROOM_CHECK(heard.details().size() == said.details().size());
}

void CheckAnswer(WireFormat format, const Status& status, std::string_view message,
                 std::string_view rest) {
  const Metadata headers = TakeMetadata(&rest);
  const Metadata trailers = TakeMetadata(&rest);
  std::string body(message);
  rpc::CallHead call;
  call.format = format;
  rpc::Answer written;
  const rpc::Protocol& connect = *rpc::Protocols().front();
  const Code code = connect.Finish(call, {&status, &headers, &trailers, &body}, &written);
  const std::string sent = Write(written);

  std::string_view bytes = sent;
  ReadAnswer answer = TakeAnswer(&bytes, /*to_head=*/false);
  MAILROOM_CHECK(bytes.empty());
  for (const auto& [name, value] : answer.fields) MAILROOM_CHECK(IsPrintable(value));
  if (code == Code::kOk) MAILROOM_CHECK(status.ok() && answer.body == message);
  if (code != Code::kOk) CheckError(answer, code, status);
  // Internal may be the handler's own word, with metadata that were sent or not.
  if (code != status.code() || code == Code::kInternal) return;
  auto at = answer.fields.begin();
  CheckArrived(headers, "", &at, answer.fields.end());
  CheckArrived(trailers, "trailer-", &at, answer.fields.end());
}

}  // namespace
}  // namespace mailroom::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailroom;
  // What cannot be sent is logged: not here.
  static const bool quiet = [] {
    InitLogging({.level = LogLevel::kOff});
    return true;
  }();
  std::string_view rest = fuzz::Text(data, size);
  if (!quiet || rest.size() < 2) return 0;
  const auto code = static_cast<Code>(fuzz::Number(rest[0], 17));
  const WireFormat format = fuzz::Number(rest[1], 2) == 0 ? WireFormat::kProto : WireFormat::kJson;
  rest.remove_prefix(2);
  const std::string_view message = fuzz::TakeUntil('|', &rest);
  Status status;
  if (code != Code::kOk) {
    status = Status(code, std::string(message));
    status.AddDetail({"a.B", std::string(message), ""});
  }
  fuzz::CheckAnswer(format, status, message, rest);
  return 0;
}
