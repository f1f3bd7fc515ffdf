// SPDX-License-Identifier: Apache-2.0
// How long the admin port keeps a peer that asks for nothing.
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/io/testing/loopback.h"
#include "mailroom/server/admin.h"
#include "mailroom/server/testing/in_memory_server.h"

namespace mailroom::server {
namespace {

class AdminIdleTest : public ::testing::Test {
 protected:
  AdminIdleTest()
      : admin({[] { return true; }, [] { return std::string(); }}, clock),
        address(*admin.Start("127.0.0.1:0")),
        peer(io::Peer::Connect(*io::Address::Parse(address))) {}

  // Whether it is answered, and not closed.
  bool Ask() {
    peer.Send("GET /livez HTTP/1.1\r\nhost: a\r\n\r\n");
    std::string bytes;
    while (!testing::TakeReply(&bytes)) {
      peer.AwaitReadable();
      if (peer.AtEnd()) return false;
      bytes += peer.Receive();
    }
    return true;
  }

  FakeClock clock;
  Admin admin;
  const std::string address;
  io::Peer peer;
};

// A scraper comes once a minute and keeps its connection.
TEST_F(AdminIdleTest, EachAnswerBeginsItAnew) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(Ask()) << "after " << i << " minutes";
    clock.Advance(std::chrono::seconds(60));
  }
}

// Bodies that never end made all of them busy, and a probe that had just come the only one
// to close.
TEST_F(AdminIdleTest, AProbeThatHasJustComeIsNotClosedForTheNextOne) {
  std::vector<io::Peer> endless;
  for (size_t i = 0; i < Admin::kMaxPeers; ++i) {
    endless.push_back(io::Peer::Connect(*io::Address::Parse(address)));
    endless.back().Send("GET /livez HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n");
  }
  peer = io::Peer::Connect(*io::Address::Parse(address));
  ASSERT_TRUE(Ask());  // they have all been read
  clock.Advance(std::chrono::seconds(2));
  io::Peer probe = io::Peer::Connect(*io::Address::Parse(address));
  peer = io::Peer::Connect(*io::Address::Parse(address));
  ASSERT_TRUE(Ask());
  peer = std::move(probe);
  EXPECT_TRUE(Ask());
}

// Those who take an answer that closes, or have had it, were counted: one that stays went
// for them.
TEST_F(AdminIdleTest, WhoIsOnTheWayOutMakesRoomFirst) {
  ASSERT_TRUE(Ask());
  std::vector<io::Peer> leaving;
  for (size_t i = 0; i < Admin::kMaxPeers; ++i) {
    leaving.push_back(io::Peer::Connect(*io::Address::Parse(address)));
    leaving.back().Send("GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    leaving.back().AwaitReadable();
  }
  EXPECT_TRUE(Ask());
}

}  // namespace
}  // namespace mailroom::server
