// SPDX-License-Identifier: Apache-2.0
// A full mailbox refuses at once, in the turn that parsed the call, and gives
// everything back when the actor goes on.
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/server/testing/in_memory_server.h"
#include "mailroom/services/greet.h"
#include "mailroom/tests/integration/http_client.h"
#include "mailroom/tests/integration/scale.h"

namespace mailroom::tests {
namespace {

using testing::HttpReply;
using testing::InMemoryServer;
using testing::TakeReply;

constexpr const char* kGreet = "/mailroom.greet.v1.GreetService/Greet";
constexpr int kCapacity = 64;

std::string GreetText() { return CallText(kGreet, "application/json", "{\"name\":\"you\"}"); }

ServerOptions SmallMailbox() {
  ServerOptions options;
  options.mailbox_capacity = kCapacity;
  return options;
}

size_t ResidentKib() {
  size_t resident = 0;
  std::FILE* const file = std::fopen("/proc/self/status", "r");
  char line[256];
  while (std::fgets(line, sizeof(line), file) != nullptr) {
    if (std::sscanf(line, "VmRSS: %zu kB", &resident) == 1) break;
  }
  std::fclose(file);
  return resident;
}

class OverloadTest : public ::testing::Test {
 protected:
  OverloadTest() : server(SmallMailbox()) {
    server.Add<services::GreetActor>();
    server.HoldActors(true);
    for (int i = 0; i < kCapacity; ++i) {
      waiting.push_back(server.Connect());
      waiting.back().Send(GreetText());
    }
    server.Turn();
  }

  InMemoryServer server;
  std::vector<io::Peer> waiting;
};

// S6: 503 with Retry-After, and the bound by name.
TEST_F(OverloadTest, S6_TheCallAfterTheLastIsRefusedInTheTurnThatParsedIt) {
  for (io::Peer& peer : waiting) ASSERT_EQ(peer.Receive(), "");
  const double wakes = server.Metric("mailroom_wakes_total");
  io::Peer late = server.Connect();
  late.Send(GreetText());
  server.Turn();  // actors are held: only the loop moves
  std::string bytes = late.Receive();
  const auto reply = TakeReply(&bytes);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, 503);
  EXPECT_EQ(reply->headers.Find("retry-after"), "1");
  EXPECT_NE(reply->body.find("\"code\":\"unavailable\""), std::string::npos) << reply->body;
  EXPECT_NE(reply->body.find("64 calls wait, --mailbox-capacity"), std::string::npos);
  EXPECT_EQ(server.Metric("mailroom_wakes_total"), wakes) << "nobody was woken for it";
  EXPECT_EQ(server.Metric("mailroom_shed_total{reason=\"mailbox_full\"}"), 1);

  server.HoldActors(false);
  server.Turn();
  for (io::Peer& peer : waiting) {
    std::string answer = peer.Receive();
    const auto held = TakeReply(&answer);
    ASSERT_TRUE(held.has_value());
    EXPECT_EQ(held->status, 200);
  }
  EXPECT_EQ(server.Exchange(GreetText()).status, 200) << "and the next call succeeds";
}

TEST_F(OverloadTest, TenThousandRefusalsLeaveMemoryFlat) {
  io::Peer peer = server.Connect();
  const auto refuse = [&](int times) {
    for (int i = 0; i < times; ++i) {
      peer.Send(GreetText());
      server.Turn();
      std::string bytes = peer.Receive();
      ASSERT_EQ(TakeReply(&bytes)->status, 503);
    }
  };
  refuse(500);  // pools and arenas of the process have their size now
  const size_t before = ResidentKib();
  refuse(10000);
  // A sanitizer keeps what was freed, to tell who uses it.
  if (!kSanitized) {
    EXPECT_LE(ResidentKib(), before + 256) << "KiB";
  }
}

}  // namespace
}  // namespace mailroom::tests
