// SPDX-License-Identifier: Apache-2.0
// A stateless service has a replica for each worker, or for each loop.
#include <atomic>
#include <memory>
#include <semaphore>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/greet/v1/greet.mailroom.h"
#include "mailroom/rpc/method.h"
#include "mailroom/tests/integration/http_client.h"
#include "mailroom/tests/integration/live_server.h"
#include "mailroom/tests/integration/stateless.h"

namespace mailroom::tests {
namespace {

constexpr const char* kGreet = "/mailroom.greet.v1.GreetService/Greet";
constexpr const char* kHandled =
    "mailroom_actor_handled_total{actor=\"mailroom.greet.v1.GreetService\"}";

// What the replicas of one server do, seen from outside.
struct Stage {
  std::atomic<int> made{0};
  std::atomic<int> running{0};
  std::atomic<int> most_running{0};
  std::counting_semaphore<> release{0};
};
Stage* stage = nullptr;  // of the test that runs; actors are made by a plain function

// Says which replica it is; "block" waits for the stage's word.
class Player final : public greet::v1::GreetServiceActor<Player> {
 public:
  Result<greet::v1::GreetResponse> Greet(const greet::v1::GreetRequest& request, Call&) {
    if (thread_ == std::thread::id()) thread_ = std::this_thread::get_id();
    const int running = ++stage->running;
    int most = stage->most_running.load();
    while (running > most && !stage->most_running.compare_exchange_weak(most, running)) {
    }
    if (request.name() == "block") stage->release.acquire();
    if (request.name() == "linger") std::this_thread::yield();
    greet::v1::GreetResponse response;
    response.set_message(std::to_string(number_) +
                         (thread_ == std::this_thread::get_id() ? "" : " elsewhere"));
    --stage->running;
    return response;
  }

 private:
  const int number_ = stage->made++;
  std::thread::id thread_;  // of the first call
};

// Exclusive, with side effects, and stateless: nothing may be sent ahead.
rpc::MethodSpec ExclusiveMethod() {
  rpc::MethodSpec method = Player::Spec().methods.front();
  method.concurrent = false;
  method.idempotency = rpc::Idempotency::kUnknown;
  return method;
}

void AddPlayers(Server& server) {
  server.AddFactory(StatelessSpec<Player>(), [] { return std::make_unique<Player>(); });
}

void AddExclusivePlayers(Server& server) {
  static const rpc::MethodSpec method = ExclusiveMethod();
  static const rpc::ServiceSpec spec = [] {
    rpc::ServiceSpec changed = StatelessSpec<Player>();
    changed.methods = std::span<const rpc::MethodSpec>(&method, 1);
    return changed;
  }();
  server.AddFactory(spec, [] { return std::make_unique<Player>(); });
}

void AddOnePlayer(Server& server) {
  server.AddFactory(Player::Spec(), [] { return std::make_unique<Player>(); });
}

std::string Text(const std::string& name) {
  return CallText(kGreet, "application/json", "{\"name\":\"" + name + "\"}");
}

class ReplicasTest : public ::testing::Test {
 protected:
  ReplicasTest() { stage = &stage_; }

  Stage stage_;
};

TEST_F(ReplicasTest, OneForEachWorkerAndAllAreUsed) {
  LiveServer server(Threads{1, 4}, ServerOptions(), AddPlayers);
  EXPECT_EQ(stage_.made.load(), 4);
  HttpClient client(server.address());
  std::set<std::string> heard;
  for (int i = 0; i < 200; ++i) {
    const testing::HttpReply reply = client.Call(Text("you"));
    ASSERT_EQ(reply.status, 200);
    heard.insert(reply.body.substr(0, reply.body.find_first_of("0123") + 1));
  }
  EXPECT_EQ(heard.size(), 4u);
  server.Await([&] { return server.Metric(kHandled) == 200; });
  const std::string metrics = server.server().Metrics();
  const size_t series = metrics.find(kHandled);
  EXPECT_EQ(metrics.find(kHandled, series + 1), std::string::npos) << "one series for all";
}

TEST_F(ReplicasTest, OneThatBlocksHoldsNobodyElse) {
  LiveServer server(Threads{1, 4}, ServerOptions(), AddPlayers);
  HttpClient patient(server.address());
  patient.Send(Text("block"));
  server.Await([&] { return stage_.running == 1; });
  HttpClient quick(server.address());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(quick.Call(Text("you")).status, 200);
  EXPECT_EQ(stage_.running, 1) << "it blocks still";
  stage_.release.release();
  EXPECT_EQ(patient.Read()->status, 200);
}

// What is counted is who is occupied, not who is waited for.
TEST_F(ReplicasTest, OneThatBlocksIsAvoidedAlsoWhenItsCallerHasGone) {
  LiveServer server(Threads{1, 2}, ServerOptions(), AddPlayers);
  {
    HttpClient hasty(server.address());
    hasty.Send(Text("block"));
    server.Await([&] { return stage_.running == 1; });
    hasty.peer().Reset();
  }
  server.Await([&] { return server.Metric("mailroom_released_total{reason=\"reset\"}") == 1; });
  HttpClient quick(server.address());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(quick.Call(Text("you")).status, 200);
  stage_.release.release();
}

TEST_F(ReplicasTest, WithoutWorkersEachLoopHasItsOwnAndWakesNobody) {
  constexpr int kLoops = 3;
  LiveServer server(Threads{kLoops, 0}, ServerOptions(), AddPlayers);
  EXPECT_EQ(stage_.made.load(), kLoops);
  std::set<std::string> heard;
  std::vector<std::unique_ptr<HttpClient>> clients;
  while (heard.size() < kLoops) {  // the kernel spreads them by their ports
    clients.push_back(std::make_unique<HttpClient>(server.address()));
    const std::string body = clients.back()->Call(Text("you")).body;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(clients.back()->Call(Text("you")).body, body);
    heard.insert(body);
  }
  for (const std::string& body : heard) {
    EXPECT_EQ(body.find("elsewhere"), std::string::npos) << "a replica keeps to its loop's thread";
  }
  EXPECT_EQ(server.Metric("mailroom_wakes_total"), 0);
  EXPECT_TRUE(server.Stop().ok());
}

// RFC 9112 s9.3.2: with replicas there is no order to rely on, so calls with side
// effects go one by one.
TEST_F(ReplicasTest, PipelinedCallsWithSideEffectsRunOneAfterTheOther) {
  for (const Threads threads : {Threads{1, 0}, Threads{1, 4}, Threads{2, 4}}) {
    stage_.most_running = 0;
    LiveServer server(threads, ServerOptions(), AddExclusivePlayers);
    HttpClient client(server.address());
    std::string pipelined;
    for (int i = 0; i < 16; ++i) pipelined += Text("linger");
    client.Send(pipelined);
    for (int i = 0; i < 16; ++i) EXPECT_EQ(client.Read()->status, 200);
    EXPECT_EQ(stage_.most_running, 1);
  }
}

// S1: with no workers handlers run on a loop's thread; with several loops an actor with
// state is at home on one.
TEST_F(ReplicasTest, S1_WithoutWorkersAnActorWithStateStaysOnOneLoop) {
  LiveServer server(Threads{3, 0}, ServerOptions(), AddOnePlayer);
  EXPECT_EQ(stage_.made.load(), 1);
  for (int i = 0; i < 20; ++i) {
    HttpClient client(server.address());
    EXPECT_EQ(client.Call(Text("you")).body, "{\"message\":\"0\"}");
  }
}

// S6: the mailbox is full for every loop.
TEST_F(ReplicasTest, S6_AFullMailboxShedsTheCallsOfEveryLoop) {
  constexpr int kCapacity = 4;
  constexpr int kClients = 16;
  ServerOptions options;
  options.mailbox_capacity = kCapacity;
  LiveServer server(Threads{3, 1}, options, AddOnePlayer);
  HttpClient first(server.address());
  first.Send(Text("block"));
  server.Await([&] { return stage_.running == 1; });
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<HttpClient>(server.address()));
    clients.back()->Send(Text("you"));
  }
  const auto shed = [&] { return server.Metric("mailroom_shed_total{reason=\"mailbox_full\"}"); };
  server.Await([&] { return shed() == kClients - kCapacity; });
  stage_.release.release();
  EXPECT_EQ(first.Read()->status, 200);
  int answered = 0;
  for (auto& client : clients) {
    const auto reply = client->Read();
    ASSERT_TRUE(reply.has_value());
    EXPECT_TRUE(reply->status == 200 || reply->status == 503) << reply->status;
    if (reply->status == 200) ++answered;
  }
  EXPECT_EQ(answered, kCapacity);
}

}  // namespace
}  // namespace mailroom::tests
