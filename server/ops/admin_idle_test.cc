// SPDX-License-Identifier: Apache-2.0
// How long the admin port keeps a peer, and which one makes room for another.
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/http/testing/http_reply.h"
#include "mailroom/io/testing/loopback.h"
#include "mailroom/server/ops/admin.h"

namespace mailroom::server {
namespace {

class AdminIdleTest : public ::testing::Test {
 protected:
  AdminIdleTest()
      : admin({[] { return true; }, [] { return std::string(kMuch, '#'); }}, clock),
        address(*admin.Start("127.0.0.1:0")),
        peer(Connect()) {}

  io::Peer Connect() { return io::Peer::Connect(*io::Address::Parse(address)); }
  // Sends a head whose body is still to come.
  io::Peer Half() {
    io::Peer half = Connect();
    half.Send("GET /livez HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n");
    return half;
  }
  // So many peers, each with its half request.
  std::vector<io::Peer> Halves(size_t count) {
    std::vector<io::Peer> halves;
    while (halves.size() < count) halves.push_back(Half());
    return halves;
  }
  std::vector<io::Peer> Idle(size_t count) {
    std::vector<io::Peer> idle;
    while (idle.size() < count) idle.push_back(Connect());
    return idle;
  }
  // Whether a new peer is answered. Then those that came before it have been accepted, too.
  bool Probe() {
    peer = Connect();
    return Ask();
  }
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

  // All places are taken: two by probes, the one before and the one at hand.
  void ExpectIdleOnesMakeRoom(Duration age) {
    io::Peer half = Half();
    ASSERT_TRUE(Probe());
    clock.Advance(std::chrono::milliseconds(1));
    io::Peer oldest = Connect();
    ASSERT_TRUE(Probe());
    clock.Advance(std::chrono::milliseconds(1));
    const std::vector<io::Peer> idle = Idle(Admin::kMaxPeers - 4);
    ASSERT_TRUE(Probe());
    clock.Advance(age);
    const std::vector<io::Peer> newcomers = Idle(3);
    EXPECT_TRUE(Probe());
    oldest.AwaitReadable();
    EXPECT_TRUE(oldest.AtEnd());
    half.Send("body");
    half.AwaitReadable();
    EXPECT_TRUE(half.Receive().starts_with("HTTP/1.1 200 ")) << "it came first, and is busy";
  }

  // What no socket's buffers hold.
  static constexpr size_t kMuch = size_t{32} * 1024 * 1024;

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

// The 65th was closed without a word: a kubelet's probe among them.
TEST_F(AdminIdleTest, IdlePeersThatHaveJustComeDoNotShutAProbeOut) {
  ExpectIdleOnesMakeRoom(Duration::zero());
}
TEST_F(AdminIdleTest, NorDoThoseThatCameLongAgo) {
  ExpectIdleOnesMakeRoom(std::chrono::seconds(2));
}

// Bodies that never end made all of them busy, and a probe that had just come the only one
// to close.
TEST_F(AdminIdleTest, AProbeThatHasJustComeIsNotClosedForTheNextOne) {
  const std::vector<io::Peer> endless = Halves(Admin::kMaxPeers);
  ASSERT_TRUE(Probe());  // they have all been read
  clock.Advance(std::chrono::seconds(2));
  io::Peer probe = Connect();
  ASSERT_TRUE(Probe());
  peer = std::move(probe);
  EXPECT_TRUE(Ask());
}

// Nor does a scraper on a slow link.
TEST_F(AdminIdleTest, BodiesThatNeverEndMakeRoomBeforeAReader) {
  peer.Send("GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n");
  peer.AwaitReadable();
  io::Peer reader = std::move(peer);
  clock.Advance(std::chrono::milliseconds(1));
  const std::vector<io::Peer> endless = Halves(Admin::kMaxPeers - 2);
  ASSERT_TRUE(Probe());
  clock.Advance(std::chrono::seconds(2));
  const std::vector<io::Peer> newcomers = Idle(3);
  ASSERT_TRUE(Probe());
  size_t received = 0;
  for (; received < kMuch && !reader.AtEnd(); received += reader.Receive().size()) {
    reader.AwaitReadable();
  }
  EXPECT_GE(received, kMuch);
}

// Those who take an answer that closes, or have had it, were counted: one that stays went
// for them.
TEST_F(AdminIdleTest, WhoIsOnTheWayOutMakesRoomFirst) {
  ASSERT_TRUE(Ask());
  std::vector<io::Peer> leaving;
  for (size_t i = 0; i < Admin::kMaxPeers; ++i) {
    leaving.push_back(Connect());
    leaving.back().Send("GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    leaving.back().AwaitReadable();
  }
  EXPECT_TRUE(Ask());
}

}  // namespace
}  // namespace mailroom::server
