// SPDX-License-Identifier: Apache-2.0
// Behaviours of S1 to S15 that other tests show on one loop, with several: the clients
// are many, so that each loop has some. (S1 and S6: replicas_test; S7: stale_replies_test;
// S8 to S10: live_test.)
#include <unistd.h>

#include <chrono>
#include <latch>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/testing/bounded_wait.h"
#include "mailroom/greet/v1/greet.mailroom.h"
#include "mailroom/server/server.h"
#include "mailroom/tests/integration/http_client.h"
#include "mailroom/tests/integration/live_server.h"
#include "mailroom/tests/integration/stateless.h"

namespace mailroom::tests {
namespace {

constexpr const char* kEcho = "/mailroom.echo.v1.EchoService/Echo";
constexpr const char* kBank = "/mailroom.bank.v1.BankService/";
constexpr int kClients = 24;

std::string Echo(const std::string& word, int delay_ms) {
  return CallText(kEcho, "application/json",
                  "{\"message\":\"" + word + "\",\"delayMs\":" + std::to_string(delay_ms) + "}");
}

std::string Bank(const std::string& method, const std::string& json) {
  return CallText(kBank + method, "application/json", json);
}

class LoopsTest : public ::testing::TestWithParam<Threads> {
 protected:
  using Clients = std::vector<std::unique_ptr<HttpClient>>;

  static Clients Connect(LiveServer& server) {
    Clients clients;
    for (int i = 0; i < kClients; ++i) {
      clients.push_back(std::make_unique<HttpClient>(server.address()));
    }
    return clients;
  }
};

// S2: first in, first out for each sender. S5: pipelining keeps its order.
TEST_P(LoopsTest, S2_S5_PipelinedCallsOfAConnectionKeepTheirOrder) {
  constexpr int kDepth = 16;
  LiveServer server(GetParam());
  Clients clients = Connect(server);
  for (size_t i = 0; i < clients.size(); ++i) {
    const std::string account = "{\"accountId\":\"" + std::to_string(i) + "\"";
    std::string pipelined = Bank("OpenAccount", account + "}");
    for (int n = 0; n < kDepth; ++n) pipelined += Bank("Deposit", account + ",\"amount\":\"1\"}");
    clients[i]->Send(pipelined);
  }
  for (auto& client : clients) {
    EXPECT_EQ(client->Read()->status, 200);
    for (int n = 1; n <= kDepth; ++n) {
      EXPECT_EQ(client->Read()->body, "{\"balance\":\"" + std::to_string(n) + "\"}");
    }
  }
}

TEST_P(LoopsTest, S3_WhoseCallIsOutIsFrozenAndNotIdle) {
  ServerOptions options;
  options.idle_timeout = std::chrono::seconds(1);
  LiveServer server(GetParam(), options);
  Clients clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<HttpClient>(server.address()));
    clients.back()->Send(Echo("late", 2500));
  }
  server.Await([&] { return server.Metric("mailroom_connections{state=\"frozen\"}") == kClients; });
  for (auto& client : clients) {
    const auto reply = client->Read();
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->body, "{\"message\":\"late\"}");
  }
}

TEST_P(LoopsTest, S13_WhoHasEndedItsSideGetsItsReplyAndThenTheEnd) {
  LiveServer server(GetParam());
  Clients clients = Connect(server);
  for (auto& client : clients) {
    client->Send(Echo("bye", 50));
    client->peer().ShutdownWrite();
  }
  for (auto& client : clients) {
    EXPECT_EQ(client->Read()->body, "{\"message\":\"bye\"}");
    EXPECT_TRUE(client->AtEnd());
  }
}

TEST_P(LoopsTest, S14_IdleConnectionsOfEachLoopAreEvicted) {
  ServerOptions options;
  options.idle_timeout = std::chrono::milliseconds(50);
  LiveServer server(GetParam(), options);
  for (auto& client : Connect(server)) EXPECT_TRUE(client->AtEnd());
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"idle\"}"), kClients);
}

TEST_P(LoopsTest, S14_SlowHeadsOfEachLoopAreToldAndClosed) {
  ServerOptions options;
  options.header_timeout = std::chrono::milliseconds(50);
  LiveServer server(GetParam(), options);
  Clients clients = Connect(server);
  for (auto& client : clients) client->Send("POST / HTTP/1.1\r\nHo");
  for (auto& client : clients) {
    EXPECT_EQ(client->Read()->status, 408);
    EXPECT_TRUE(client->AtEnd());
  }
  EXPECT_EQ(server.Metric("mailroom_evicted_total{reason=\"header\"}"), kClients);
}

// A scraper refuses a page on which one series stands twice.
TEST_P(LoopsTest, EverySeriesIsTheSumOfAllLoops) {
  LiveServer server(GetParam());
  Clients clients = Connect(server);
  for (auto& client : clients) EXPECT_EQ(client->Call(Echo("a", 0)).status, 200);
  std::set<std::string> seen;
  std::istringstream lines(server.server().Metrics());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) continue;
    const std::string series = line.substr(0, line.rfind(' '));
    EXPECT_TRUE(seen.insert(series).second) << series;
  }
  const std::string echo =
      "{grpc_type=\"unary\",grpc_service=\"mailroom.echo.v1.EchoService\",grpc_method=\"Echo\","
      "protocol=\"connect\"}";
  EXPECT_EQ(server.Metric("grpc_server_started_total" + echo), kClients);
  EXPECT_EQ(server.Metric("grpc_server_handling_seconds_count" + echo), kClients);
}

// Holds the loop that runs it until the test lets it go.
class Holder final : public greet::v1::GreetServiceActor<Holder> {
 public:
  Holder(std::latch& holding, std::latch& released) : holding_(holding), released_(released) {}

  Result<greet::v1::GreetResponse> Greet(const greet::v1::GreetRequest&, Call&) {
    holding_.count_down();
    released_.wait();
    return greet::v1::GreetResponse();
  }

 private:
  std::latch& holding_;
  std::latch& released_;
};

// A loop that had not begun to drain yet let its clients stay, which then were cut off.
class LoopsDrainDeathTest : public ::testing::Test {
 protected:
  // In a program of its own, which ends without a wait for the end of the drain.
  [[noreturn]] void CheckAndExit() {
    const testing::HangAlarm alarm;
    Check();
    ::_exit(HasFailure() ? 1 : 0);
  }

 private:
  void Check() {
    ServerOptions options;
    options.admin_listen = "127.0.0.1:0";
    options.drain_delay = std::chrono::hours(1);
    // Never destroyed: that would wait for the drain.
    auto& server = *new LiveServer({2, 0}, options, [this](Server& added_to) {
      added_to.AddFactory(StatelessSpec<Holder>(),
                          [this] { return std::make_unique<Holder>(holding_, released_); });
    });
    const std::string nothing = "GET /nothing HTTP/1.1\r\nhost: a\r\n\r\n";
    std::vector<std::unique_ptr<HttpClient>> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.push_back(std::make_unique<HttpClient>(server.address()));
      EXPECT_EQ(clients.back()->Call(nothing).headers.Find("connection"), std::nullopt);
    }
    HttpClient holder(server.address());
    holder.Send(CallText("/mailroom.greet.v1.GreetService/Greet", "application/json", "{}"));
    holding_.wait();
    server.server().RequestStop();
    HttpClient probe(server.server().admin_address());
    server.Await(
        [&] { return probe.Call("GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n").status == 503; });
    for (auto& client : clients) client->Send(nothing);
    released_.count_down();
    for (auto& client : clients) {
      const auto reply = client->Read();
      ASSERT_TRUE(reply.has_value());
      EXPECT_EQ(reply->headers.Find("connection"), "close");
    }
  }

  std::latch holding_{1};
  std::latch released_{1};
};

TEST_F(LoopsDrainDeathTest, OnceReadyzSays503AnswersOfEachLoopSayClose) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(CheckAndExit(), ::testing::ExitedWithCode(0), "");
}

INSTANTIATE_TEST_SUITE_P(Threads, LoopsTest, ::testing::Values(Threads{2, 0}, Threads{3, 4}),
                         NameOf);

}  // namespace
}  // namespace mailroom::tests
