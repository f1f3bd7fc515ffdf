// SPDX-License-Identifier: Apache-2.0
// What a request's head says about its call: protocol, codec, timeout, and the metadata that the
// handler sees.
//
// Input: field lines, "name: value" and a line end each.

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "mailroom/base/ascii.h"
#include "mailroom/base/check.h"
#include "mailroom/base/metadata.h"
#include "mailroom/http/engine.h"
#include "mailroom/rpc/base64.h"
#include "mailroom/rpc/protocols.h"
#include "mailroom/tests/fuzz/target.h"

namespace mailroom::fuzz {
namespace {

// What no handler may see: it speaks of the connection or of the body's form.
constexpr std::string_view kHidden[] = {
    "connection", "content-length", "content-type",      "content-encoding", "host",  "keep-alive",
    "te",         "trailer",        "transfer-encoding", "upgrade",          "expect"};

http::Headers TakeFields(std::string_view rest) {
  http::Headers fields;
  while (!rest.empty()) {
    std::string_view line = TakeUntil('\n', &rest);
    const std::string_view name = TakeUntil(':', &line);
    while (line.starts_with(' ')) line.remove_prefix(1);
    if (!name.empty()) fields.Add(name, line);
  }
  return fields;
}

// The timeout by the protocol's grammar, one to ten digits, in milliseconds.
std::optional<uint64_t> TimeoutOf(std::string_view text) {
  if (text.empty() || text.size() > 10) return std::nullopt;
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void CheckTimeout(const http::Headers& fields, const rpc::CallHead& call) {
  size_t count = 0;
  for (const http::Field& field : fields) {
    if (!EqualsIgnoreCase(field.name, "connect-timeout-ms")) continue;
    MAILROOM_CHECK(++count == 1);
    const std::optional<uint64_t> value = TimeoutOf(field.value);
    MAILROOM_CHECK(value.has_value() && call.timeout.has_value());
    MAILROOM_CHECK(*call.timeout == std::chrono::milliseconds(*value));
  }
  MAILROOM_CHECK(call.timeout.has_value() == (count == 1));
}

// Each entry is a field's, in their order.
void CheckMetadata(const http::Headers& fields, const Metadata& metadata) {
  const http::Field* field = fields.begin();
  for (size_t i = 0; i < metadata.size(); ++i) {
    const Metadata::Entry entry = metadata[i];
    MAILROOM_CHECK(std::none_of(entry.key.begin(), entry.key.end(),
                                [](char c) { return c >= 'A' && c <= 'Z'; }));
    MAILROOM_CHECK(!entry.key.starts_with("connect-"));
    MAILROOM_CHECK(std::find(std::begin(kHidden), std::end(kHidden), entry.key) ==
                   std::end(kHidden));
    while (!EqualsIgnoreCase(field->name, entry.key)) MAILROOM_CHECK(++field != fields.end());
    if (Metadata::IsBinary(entry.key)) continue;  // one field may hold several
    MAILROOM_CHECK(field->value == entry.value);
    ++field;
    MAILROOM_CHECK(i + 1 == metadata.size() || field != fields.end());
  }
}

}  // namespace
}  // namespace mailroom::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailroom;
  const http::Headers fields = fuzz::TakeFields(fuzz::Text(data, size));
  const http::Field* const type = fields.Find("content-type");
  const rpc::Claim claim = rpc::FindProtocol("POST", type == nullptr ? "" : type->value);
  if (claim.protocol == nullptr) return 0;
  http::Head head;
  head.method = "POST";
  head.target = head.path = "/a.B/C";
  head.headers = &fields;
  const rpc::MethodSpec method;
  rpc::CallHead call;
  call.format = claim.format;
  Metadata metadata;
  metadata.Add("left", "over");
  const Status status = claim.protocol->Accept(head, method, &call, &metadata);
  MAILROOM_CHECK(call.format == claim.format);
  // Joined binary values repeat their key, within a bound.
  MAILROOM_CHECK(metadata.bytes() <= 65536 + size);
  if (!status.ok()) {
    MAILROOM_CHECK(!status.message().empty());
    return 0;
  }
  fuzz::CheckTimeout(fields, call);
  fuzz::CheckMetadata(fields, metadata);
  return 0;
}
