// SPDX-License-Identifier: Apache-2.0
// How long the admin port keeps a peer that asks for nothing.
#include <chrono>
#include <optional>
#include <string>

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
        peer(io::Peer::Connect(*io::Address::Parse(*admin.Start("127.0.0.1:0")))) {}

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
  io::Peer peer;
};

// A scraper comes once a minute and keeps its connection.
TEST_F(AdminIdleTest, EachAnswerBeginsItAnew) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(Ask()) << "after " << i << " minutes";
    clock.Advance(std::chrono::seconds(60));
  }
}

}  // namespace
}  // namespace mailroom::server
