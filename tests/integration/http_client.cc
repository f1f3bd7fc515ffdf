// SPDX-License-Identifier: Apache-2.0
#include "mailroom/tests/integration/http_client.h"

#include <thread>

#include "mailroom/base/check.h"

namespace mailroom::tests {

std::string CallText(std::string_view path, std::string_view content_type, std::string_view body,
                     std::string_view extra) {
  std::string text = "POST ";
  text.append(path).append(" HTTP/1.1\r\nHost: test\r\nContent-Type: ").append(content_type);
  text.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n");
  return text.append(extra).append("\r\n").append(body);
}

io::Peer ConnectTo(const std::string& address) {
  constexpr std::string_view kUnix = "unix:";
  if (address.starts_with(kUnix)) return io::Peer::Connect(address.substr(kUnix.size()));
  return io::Peer::Connect(*io::Address::Parse(address));
}

HttpClient::HttpClient(const std::string& address) : peer_(ConnectTo(address)) {}

void HttpClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t sent = peer_.Send(bytes);
    bytes.remove_prefix(sent);
    if (sent == 0) std::this_thread::yield();
  }
}

std::optional<testing::HttpReply> HttpClient::Read() {
  for (;;) {
    if (auto reply = testing::TakeReply(&received_)) return reply;
    if (peer_.AtEnd()) return std::nullopt;
    peer_.AwaitReadable();
    received_ += peer_.Receive();
  }
}

testing::HttpReply HttpClient::Call(std::string_view request) {
  Send(request);
  std::optional<testing::HttpReply> reply = Read();
  MAILROOM_CHECK(reply.has_value());
  return std::move(*reply);
}

bool HttpClient::AtEnd() {
  peer_.AwaitReadable();
  return received_.empty() && peer_.AtEnd();
}

}  // namespace mailroom::tests
