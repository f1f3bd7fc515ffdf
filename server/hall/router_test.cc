// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/router.h"

#include <array>
#include <memory>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/actors/testing/manual_runner.h"

namespace mailroom::server {
namespace {

class Idle final : public actors::Actor {
 public:
  void Start(const actors::ActorPlace&) override {}
  void Receive(actors::EnvelopePtr) override {}
  void Settle(Completion) override {}
  bool TakesMail() const override { return true; }
  void Failed(std::string_view) override {}
  void Stop() override {}
};

class RouterTest : public ::testing::Test {
 protected:
  // The route of a service with so many replicas.
  Route& Serve(int replicas) {
    std::vector<actors::Cell*> cells;
    for (int i = 0; i < replicas; ++i) {
      cells_.push_back(std::make_unique<actors::Cell>("a.B", 4, std::make_unique<Idle>(), runner_));
      cells.push_back(cells_.back().get());
    }
    router_.Add(spec_, cells, /*on_this_loop=*/false);
    return *router_.Find("/a.B/C");
  }

  const std::array<rpc::MethodSpec, 1> methods_ = {rpc::MethodSpec{.name = "C", .path = "/a.B/C"}};
  const rpc::ServiceSpec spec_ = {.name = "a.B", .methods = methods_};
  actors::testing::ManualRunner runner_;
  std::vector<std::unique_ptr<actors::Cell>> cells_;
  Router router_{/*seed=*/7};
};

TEST_F(RouterTest, OneReplicaIsAlwaysPicked) {
  const Route& route = Serve(1);
  route.destination->replicas[0]->out = 1000;
  EXPECT_EQ(&router_.Pick(*route.destination), route.destination->replicas[0]);
}

TEST_F(RouterTest, OfTwoTheOneWithFewerEnvelopesOut) {
  const Route& route = Serve(2);
  for (const size_t busy : {0u, 1u}) {
    route.destination->replicas[busy]->out = 1;
    route.destination->replicas[1 - busy]->out = 0;
    for (int i = 0; i < 100; ++i) {
      EXPECT_NE(&router_.Pick(*route.destination), route.destination->replicas[busy]);
    }
  }
}

TEST_F(RouterTest, AmongEqualsChanceDecidesAndEachHasItsTurn) {
  const Route& route = Serve(8);
  std::set<uint32_t> picked;
  for (int i = 0; i < 400; ++i) picked.insert(router_.Pick(*route.destination).index);
  EXPECT_EQ(picked.size(), 8u);
}

// The theory's promise in small: nobody is far above the mean.
TEST_F(RouterTest, TheLongestQueueStaysShort) {
  const Route& route = Serve(16);
  for (int i = 0; i < 16 * 100; ++i) ++router_.Pick(*route.destination).out;
  for (const Replica* replica : route.destination->replicas) EXPECT_LE(replica->out, 104u);
}

TEST_F(RouterTest, OnlyASlipOfThePathIsTakenForAMethod) {
  static constexpr std::array<rpc::MethodSpec, 2> kMethods = {
      rpc::MethodSpec{.name = "Echo", .path = "/mailroom.echo.v1.EchoService/Echo"},
      rpc::MethodSpec{.name = "Deposit", .path = "/mailroom.echo.v1.EchoService/Deposit"}};
  static constexpr rpc::ServiceSpec kSpec = {.name = "mailroom.echo.v1.EchoService",
                                             .methods = kMethods};
  cells_.push_back(std::make_unique<actors::Cell>("e", 4, std::make_unique<Idle>(), runner_));
  router_.Add(kSpec, {cells_.back().get()}, /*here=*/false);
  EXPECT_EQ(router_.Nearest("/mailroom.echo.v1.EchoService/Ecko"), kMethods[0].path);
  EXPECT_EQ(router_.Nearest("/mailroom.Echo.v1.Echoservice/echo"), kMethods[0].path);
  EXPECT_EQ(router_.Nearest("/mailroom.ecko.v1.EchoService/Deposti"), kMethods[1].path);
  EXPECT_EQ(router_.Nearest("/mailroom.echo.v1.EchoService/Depos"), kMethods[1].path);
  for (const char* other :
       {"/mailroom.echo.v1.EchoService/Nope", "/mailroom.bank.v1.BankService/Echo",
        "/mailroom.echo.v1.EchoService/", "/mailroom.echo.v1.EchoService", "/favicon.ico", "/", "",
        "/Echo", "/.env", "/mailroom.echo.v1.EchoService/Withdraw", "*"}) {
    EXPECT_EQ(router_.Nearest(other), "") << other;
  }
}

TEST_F(RouterTest, AnIndexNamesTheReplica) {
  const Route& route = Serve(3);
  for (Replica* replica : route.destination->replicas) {
    EXPECT_EQ(&router_.replica(replica->index), replica);
  }
}

}  // namespace
}  // namespace mailroom::server
