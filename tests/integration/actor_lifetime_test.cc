// SPDX-License-Identifier: Apache-2.0
// The end of hand-written actors: each is stopped once and destroyed behind that, while
// its runner and the other actors' cells stand. AddressSanitizer judges what they touch.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/actors/actor.h"
#include "mailroom/actors/cell.h"
#include "mailroom/actors/runner.h"
#include "mailroom/server/testing/in_memory_server.h"
#include "mailroom/services/bank.h"
#include "mailroom/services/greet.h"
#include "mailroom/tests/integration/live_server.h"

namespace mailroom::tests {
namespace {

struct Counts {
  int made = 0;
  int stopped = 0;
  int destroyed = 0;
};
Counts* counts = nullptr;  // of the test that runs; actors are made by a plain function

// Has two timers that run for an hour: it cancels one when it is stopped and the other
// when it is destroyed. Knows another actor's address until then.
class Ticker final : public actors::Actor {
 public:
  Ticker() { ++counts->made; }
  ~Ticker() override {
    EXPECT_TRUE(stopped_);
    place_.runner->CancelTimer(second_);
    ++counts->destroyed;
  }

  void Knows(actors::Cell& other) { other_ = actors::ActorRef(other); }

  void Start(const actors::ActorPlace& place) override {
    place_ = place;
    first_ = StartTimer(1);
    second_ = StartTimer(2);
  }
  void Receive(actors::EnvelopePtr mail) override { Answer(std::move(mail)); }
  void Settle(Completion) override {}
  bool TakesMail() const override { return true; }
  void Failed(std::string_view) override {}
  void Stop() override {
    stopped_ = true;
    place_.runner->CancelTimer(first_);
    ++counts->stopped;
  }

 private:
  TimerId StartTimer(uint32_t index) {
    const TimePoint when = place_.runner->clock().Now() + std::chrono::hours(1);
    return place_.runner->StartTimer(when, *place_.home, SlotId(SlotKind::kTimer, 0, index, 1));
  }

  actors::ActorPlace place_{nullptr, nullptr};
  TimerId first_;
  TimerId second_;
  actors::ActorRef other_;
  bool stopped_ = false;
};

std::vector<Ticker*> tickers;  // of the test that runs

std::unique_ptr<actors::Actor> MakeTicker() {
  auto ticker = std::make_unique<Ticker>();
  tickers.push_back(ticker.get());
  return ticker;
}

// One service with replicas, one without; each of their actors knows the other service's.
void AddTickers(Server& server) {
  server.AddFactory(services::GreetActor::Spec(), MakeTicker);
  server.AddFactory(services::BankActor::Spec(), MakeTicker);
}

class ActorsOfTestsTest : public ::testing::Test {
 protected:
  ActorsOfTestsTest() {
    counts = &counts_;
    tickers.clear();
  }

  void ExpectAllEnded() const {
    EXPECT_GE(counts_.made, 2);
    EXPECT_EQ(counts_.stopped, counts_.made);
    EXPECT_EQ(counts_.destroyed, counts_.made);
  }

  Counts counts_;
};

class ActorLifetimeTest : public ActorsOfTestsTest,
                          public ::testing::WithParamInterface<Threads> {};

INSTANTIATE_TEST_SUITE_P(Runs, ActorLifetimeTest,
                         ::testing::Values(Threads{1, 0}, Threads{2, 0}, Threads{1, 1},
                                           Threads{2, 2}),
                         NameOf);

TEST_P(ActorLifetimeTest, AServerThatServedStopsThemOnce) {
  {
    LiveServer server(GetParam(), ServerOptions(), AddTickers);
    EXPECT_TRUE(server.Stop().ok());
    EXPECT_EQ(counts_.stopped, counts_.made);
  }
  ExpectAllEnded();
}

TEST_P(ActorLifetimeTest, SoDoesOneThatOnlyStarted) {
  {
    ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    options.admin_listen = "";
    options.io_threads = GetParam().loops;
    options.workers = GetParam().workers;
    Server server(options);
    AddTickers(server);
    ASSERT_TRUE(server.Start().ok());
    for (Ticker* const ticker : tickers) {
      const bool greets = ticker != tickers.back();  // the bank's was made last
      ticker->Knows(*server.FindActor(greets ? services::BankActor::Spec().name
                                             : services::GreetActor::Spec().name));
    }
  }
  ExpectAllEnded();
}

TEST_F(ActorsOfTestsTest, AreStoppedOnceToo) {
  {
    testing::InMemoryServer server;
    server.AddActor(services::GreetActor::Spec(), MakeTicker());
    server.AddActor(services::BankActor::Spec(), MakeTicker());
    tickers[0]->Knows(server.cell(1));
    tickers[1]->Knows(server.cell(0));
    EXPECT_EQ(server.runner().pending_timers(), 4u);
  }
  ExpectAllEnded();
}

}  // namespace
}  // namespace mailroom::tests
