// SPDX-License-Identifier: Apache-2.0
// Draining under load, again and again: whatever the server has begun to read it
// answers, nobody sees a reset, and nothing is left behind.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/random.h"
#include "mailroom/tests/integration/http_client.h"
#include "mailroom/tests/integration/live_server.h"
#include "mailroom/tests/integration/scale.h"

namespace mailroom::tests {
namespace {

constexpr int kClients = 8;
constexpr const char* kGreet = "/mailroom.greet.v1.GreetService/Greet";

class DrainUnderLoadTest : public ::testing::TestWithParam<Threads> {
 protected:
  // Calls until the server says that it is enough, or ends the connection. A reset
  // would end the test in HttpClient.
  void CallUntilTheEnd(const std::string& address) {
    HttpClient client(address);
    ++connected_;
    const std::string call = CallText(kGreet, "application/json", "{\"name\":\"you\"}");
    for (;;) {
      client.Send(call);
      const auto reply = client.Read();
      if (!reply.has_value()) return;  // ended between two calls
      ++(reply->status == 200 ? greeted_ : shed_);
      if (reply->headers.Find("connection") == "close") return;
    }
  }

  void Once(uint64_t calls_before_the_end) {
    connected_ = 0;
    greeted_ = shed_ = 0;
    LiveServer server(GetParam());
    std::vector<std::thread> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&] { CallUntilTheEnd(server.address()); });
    }
    server.Await([&] { return connected_ == kClients && greeted_ >= calls_before_the_end; });
    EXPECT_TRUE(server.Stop().ok());
    for (std::thread& client : clients) client.join();
    EXPECT_EQ(server.Metric("mailroom_dispatched_total"), static_cast<double>(greeted_));
    EXPECT_EQ(server.Metric("mailroom_attached_total"), static_cast<double>(greeted_));
    EXPECT_EQ(server.Metric("mailroom_shed_total{reason=\"draining\"}"),
              static_cast<double>(shed_));
    for (const char* gauge :
         {"mailroom_calls", "mailroom_timers", "mailroom_stale_replies_total",
          "mailroom_connections{state=\"idle\"}", "mailroom_connections{state=\"reading\"}",
          "mailroom_connections{state=\"frozen\"}"}) {
      EXPECT_EQ(server.Metric(gauge), 0) << gauge;
    }
  }

 private:
  std::atomic<int> connected_{0};
  std::atomic<uint64_t> greeted_{0};
  std::atomic<uint64_t> shed_{0};
};

TEST_P(DrainUnderLoadTest, EveryCallThatWasReadIsAnswered) {
  Random random(2026);
  for (int i = 0; i < Scaled(40) && !HasFailure(); ++i) Once(1 + random.Next() % 200);
}

INSTANTIATE_TEST_SUITE_P(Threads, DrainUnderLoadTest,
                         ::testing::Values(Threads{1, 0}, Threads{1, 2}, Threads{1, 8},
                                           Threads{2, 0}, Threads{2, 2}, Threads{2, 8}),
                         NameOf);

}  // namespace
}  // namespace mailroom::tests
