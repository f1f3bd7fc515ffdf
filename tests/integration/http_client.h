// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mailroom/io/testing/loopback.h"
#include "mailroom/server/testing/in_memory_server.h"

// A client's connection for tests: sends what it is told, reads whole answers.
namespace mailroom::tests {

// A Connect request as text. `extra` are whole header lines.
std::string CallText(std::string_view path, std::string_view content_type, std::string_view body,
                     std::string_view extra = "");

// A connection to "127.0.0.1:8080" or "unix:/run/a.sock".
io::Peer ConnectTo(const std::string& address);

class HttpClient final {
 public:
  explicit HttpClient(const std::string& address);

  // Sends all of it; waits for room where there is none.
  void Send(std::string_view bytes);
  // The next answer; waits for it. Nothing when the connection ended first.
  std::optional<testing::HttpReply> Read();
  // Sends one request and reads its answer; ends the test if there is none.
  testing::HttpReply Call(std::string_view request);

  // True when everything was read and the server has ended its side.
  bool AtEnd();
  io::Peer& peer() { return peer_; }

 private:
  io::Peer peer_;
  std::string received_;
};

}  // namespace mailroom::tests
