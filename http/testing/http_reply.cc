// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/testing/http_reply.h"

#include <charconv>
#include <cstddef>
#include <string_view>

#include "mailroom/base/check.h"

namespace mailroom::testing {

std::optional<HttpReply> TakeReply(std::string* bytes) {
  const size_t head_end = bytes->find("\r\n\r\n");
  if (head_end == std::string::npos) return std::nullopt;
  HttpReply reply;
  const std::string_view head(bytes->data(), head_end + 2);
  std::from_chars(head.data() + 9, head.data() + 12, reply.status);
  size_t length = 0;
  for (size_t at = head.find("\r\n") + 2; at < head.size();) {
    const size_t end = head.find("\r\n", at);
    const std::string_view line = head.substr(at, end - at);
    const size_t colon = line.find(": ");
    MAILROOM_CHECK(colon != std::string_view::npos);
    reply.headers.Add(line.substr(0, colon), line.substr(colon + 2));
    at = end + 2;
  }
  if (const auto text = reply.headers.Find("content-length")) {
    std::from_chars(text->data(), text->data() + text->size(), length);
  }
  if (bytes->size() < head_end + 4 + length) return std::nullopt;
  reply.body = bytes->substr(head_end + 4, length);
  bytes->erase(0, head_end + 4 + length);
  return reply;
}

}  // namespace mailroom::testing
