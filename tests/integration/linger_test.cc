// SPDX-License-Identifier: Apache-2.0
// An error that is answered while the client still sends reaches the client: closing at
// once would reset the connection and take the answer with it (RFC 9112 s9.6).
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

#include "mailroom/tests/integration/live_server.h"

namespace mailroom::tests {
namespace {

constexpr size_t kHuge = 64 * 1024 * 1024;

// Refused by its length alone, before any of its body has come.
const std::string kHead =
    "POST /mailroom.echo.v1.EchoService/Echo HTTP/1.1\r\nHost: a\r\n"
    "Content-Type: application/json\r\nContent-Length: " +
    std::to_string(kHuge) + "\r\n\r\n";

ServerOptions Patient() {
  ServerOptions options;
  options.linger_timeout = std::chrono::minutes(10);  // a slow machine must not matter
  return options;
}

class LingerTest : public ::testing::TestWithParam<Threads> {
 protected:
  static io::Peer Connect(LiveServer& server) {
    return io::Peer::Connect(*io::Address::Parse(server.address()));
  }

  // Sends like a client that looks for no answer meanwhile; false when it could not.
  static bool SendAll(io::Peer& peer, std::string_view bytes) {
    while (!bytes.empty()) {
      if (!peer.TrySend(&bytes)) return false;
      if (!bytes.empty()) std::this_thread::yield();
    }
    return true;
  }
  static bool SendBody(io::Peer& peer, size_t size) {
    const std::string block(64 * 1024, 'x');
    for (size_t sent = 0; sent < size; sent += block.size()) {
      if (!SendAll(peer, block)) return false;
    }
    return true;
  }

  // Everything up to the end; the answer in it must be whole.
  static void ExpectTheAnswer(io::Peer& peer) {
    std::string bytes;
    while (!peer.AtEnd() && !peer.WasReset()) {
      peer.AwaitReadable();
      bytes += peer.Receive();
    }
    const std::optional<testing::HttpReply> reply = testing::TakeReply(&bytes);
    ASSERT_TRUE(reply.has_value()) << bytes;
    EXPECT_EQ(reply->status, 429);
    EXPECT_NE(reply->body.find("--max-message-bytes"), std::string::npos) << reply->body;
    EXPECT_EQ(reply->headers.Find("connection"), "close");
    EXPECT_EQ(bytes, "");
  }
};

INSTANTIATE_TEST_SUITE_P(Threads, LingerTest, ::testing::Values(Threads{1, 0}, Threads{2, 1}),
                         NameOf);

TEST_P(LingerTest, WhoSendsEverythingBeforeItListensHearsWhy) {
  LiveServer server(GetParam(), Patient());
  io::Peer peer = Connect(server);
  ASSERT_TRUE(SendAll(peer, kHead));
  EXPECT_TRUE(SendBody(peer, kHuge)) << "nothing was reset in the middle of the body";
  ExpectTheAnswer(peer);
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"linger\"}"), 0);
}

TEST_P(LingerTest, WhoListensWhileItSendsHearsWhyAtOnce) {
  LiveServer server(GetParam(), Patient());
  io::Peer peer = Connect(server);
  ASSERT_TRUE(SendAll(peer, kHead));
  ASSERT_TRUE(SendBody(peer, 128 * 1024));
  ExpectTheAnswer(peer);  // with nearly all of the body still to come
}

TEST_P(LingerTest, S14_WhoNeverStopsIsCutByTheTime) {
  ServerOptions options;
  options.linger_timeout = std::chrono::milliseconds(50);
  LiveServer server(GetParam(), options);
  io::Peer peer = Connect(server);
  ASSERT_TRUE(SendAll(peer, kHead));
  while (SendAll(peer, "x")) std::this_thread::yield();  // slowly, and for ever
  server.Await([&] { return server.Metric("mailroom_evicted_total{reason=\"linger\"}") == 1; });
}

TEST_P(LingerTest, WhoNeverStopsIsCutByTheBytes) {
  LiveServer server(GetParam(), Patient());
  io::Peer peer = Connect(server);
  ASSERT_TRUE(SendAll(peer, kHead));
  while (SendBody(peer, 1024 * 1024)) {
  }
  server.Await([&] { return server.Metric("mailroom_evicted_total{reason=\"linger\"}") == 1; });
}

TEST_P(LingerTest, WhoIsSendingWhenTheServerDrainsHearsWhy) {
  LiveServer server(GetParam(), Patient());
  io::Peer peer = Connect(server);
  ASSERT_TRUE(SendAll(peer, kHead));
  ASSERT_TRUE(SendBody(peer, kHuge / 2));
  server.server().RequestStop();
  EXPECT_TRUE(SendBody(peer, kHuge / 2));
  ExpectTheAnswer(peer);
  peer.Close();
  EXPECT_TRUE(server.Stop().ok());
}

}  // namespace
}  // namespace mailroom::tests
