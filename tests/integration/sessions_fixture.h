// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/server/testing/in_memory_server.h"
#include "mailroom/services/bank.h"
#include "mailroom/services/echo.h"
#include "mailroom/services/greet.h"
#include "mailroom/tests/integration/http_client.h"

// An in-memory server with the services of mailroomd, and the words to speak to it.
namespace mailroom::tests {

using testing::HttpReply;
using testing::InMemoryServer;
using testing::TakeReply;

inline constexpr const char* kEcho = "/mailroom.echo.v1.EchoService/Echo";
inline constexpr const char* kDeposit = "/mailroom.bank.v1.BankService/Deposit";
inline constexpr const char* kJson = "application/json";

class SessionsFixture : public ::testing::Test {
 protected:
  explicit SessionsFixture(const ServerOptions& options = {}) : server(options) {
    server.Add<services::EchoActor>();
    server.Add<services::GreetActor>();
    server.Add<services::BankActor>();
  }

  static std::string Echo(const std::string& word, int delay_ms = 0, std::string_view extra = "") {
    return CallText(kEcho, kJson,
                    "{\"message\":\"" + word + "\",\"delayMs\":" + std::to_string(delay_ms) + "}",
                    extra);
  }
  static std::string Deposit(const std::string& account) {
    return CallText(kDeposit, kJson, "{\"accountId\":\"" + account + "\",\"amount\":\"1\"}");
  }
  // All answers that have come; the rest stays in `bytes`.
  static std::vector<HttpReply> Replies(std::string* bytes) {
    std::vector<HttpReply> replies;
    while (auto reply = TakeReply(bytes)) replies.push_back(std::move(*reply));
    return replies;
  }
  static std::vector<HttpReply> Replies(io::Peer& peer) {
    std::string bytes = peer.Receive();
    return Replies(&bytes);
  }

  InMemoryServer server;
};

}  // namespace mailroom::tests
