// SPDX-License-Identifier: Apache-2.0
// A hundred thousand Echo calls with delays: a third of the connections are reset
// after the dispatch, a third half-closed, a third have a deadline of 5 ms and are
// used again at once. No reply may carry another call's word, and the books must
// balance: dispatched = attached + stale, stale = released by reset + by deadline.
#include <memory>
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

constexpr const char* kDispatched = "mailroom_dispatched_total";
constexpr int kGroup = 100;  // calls of each kind that are out at once

std::string EchoText(const std::string& word, uint64_t delay_ms, std::string_view extra = "") {
  return CallText("/mailroom.echo.v1.EchoService/Echo", "application/json",
                  "{\"message\":\"" + word + "\",\"delayMs\":" + std::to_string(delay_ms) + "}",
                  extra);
}

std::string Said(const std::string& word) { return "{\"message\":\"" + word + "\"}"; }

class StaleReplies {
 public:
  explicit StaleReplies(LiveServer& server) : server_(server) {
    for (int i = 0; i < kGroup; ++i) {
      hurried_.push_back(std::make_unique<HttpClient>(server.address()));
    }
  }

  void Batch(int number) {
    const double before = server_.Metric(kDispatched);
    std::vector<std::unique_ptr<HttpClient>> fleeting;
    std::vector<std::unique_ptr<HttpClient>> patient;
    for (int i = 0; i < kGroup; ++i) {
      const std::string id = std::to_string(number) + "-" + std::to_string(i);
      fleeting.push_back(std::make_unique<HttpClient>(server_.address()));
      // Long enough that nearly all are reset before they are answered, also on a slow machine:
      // what nobody waits for any more is cancelled, so it costs no time.
      fleeting.back()->Send(EchoText("fleeting" + id, 300 + random_.Next() % 21));
      patient.push_back(std::make_unique<HttpClient>(server_.address()));
      patient.back()->Send(EchoText("patient" + id, Delay()));
      patient.back()->peer().ShutdownWrite();
      hurried_[static_cast<size_t>(i)]->Send(
          EchoText("hurried" + id, Delay(), "Connect-Timeout-Ms: 5\r\n"));
    }
    server_.Await([&] { return server_.Metric(kDispatched) >= before + 3 * kGroup; });
    for (const auto& client : fleeting) client->peer().Reset();
    for (int i = 0; i < kGroup; ++i) {
      const std::string id = std::to_string(number) + "-" + std::to_string(i);
      ExpectPatient(*patient[static_cast<size_t>(i)], "patient" + id);
      ExpectHurried(*hurried_[static_cast<size_t>(i)], "hurried" + id);
    }
  }

  int expired() const { return expired_; }

 private:
  uint64_t Delay() { return 1 + random_.Next() % 30; }

  // Half-closed: it must get its reply.
  static void ExpectPatient(HttpClient& client, const std::string& word) {
    const auto reply = client.Read();
    ASSERT_TRUE(reply.has_value()) << word;
    ASSERT_EQ(reply->status, 200) << reply->body;
    ASSERT_EQ(reply->body, Said(word));
    ASSERT_TRUE(client.AtEnd());
  }

  void ExpectHurried(HttpClient& client, const std::string& word) {
    const auto reply = client.Read();
    ASSERT_TRUE(reply.has_value()) << word;
    if (reply->status == 200) {
      ASSERT_EQ(reply->body, Said(word));
      return;
    }
    ++expired_;
    ASSERT_EQ(reply->status, 504) << reply->body;
    ASSERT_NE(reply->body.find("deadline_exceeded"), std::string::npos);
  }

  LiveServer& server_;
  Random random_{2026};
  std::vector<std::unique_ptr<HttpClient>> hurried_;
  int expired_ = 0;
};

class StaleRepliesTest : public ::testing::TestWithParam<Threads> {};

// S7: a stale completion is dropped on a generation mismatch.
TEST_P(StaleRepliesTest, S7_NoReplyCarriesAnotherCallsWord) {
  const int calls = Scaled(100000) / 4;  // this test runs four times
  ServerOptions options;
  options.half_close_timeout = Duration::zero();  // a slow machine must not matter
  LiveServer server(GetParam(), options);
  StaleReplies clients(server);
  for (int batch = 0; batch * 3 * kGroup < calls; ++batch) {
    clients.Batch(batch);
    if (HasFatalFailure()) return;
  }
  server.Await([&] { return server.Metric("mailroom_calls") == 0; });
  server.Await([&] {
    return server.Metric(kDispatched) ==
           server.Metric("mailroom_attached_total") + server.Metric("mailroom_stale_replies_total");
  });
  const double stale = server.Metric("mailroom_stale_replies_total");
  const double reset = server.Metric("mailroom_released_total{reason=\"reset\"}");
  const double deadline = server.Metric("mailroom_released_total{reason=\"deadline\"}");
  EXPECT_EQ(stale, reset + deadline);
  // Those that waited so long for their worker are answered by it, unrun.
  EXPECT_LE(deadline, clients.expired());
  EXPECT_GT(reset, 0);
  EXPECT_GT(deadline, 0);
  EXPECT_EQ(server.Metric("mailroom_released_total{reason=\"closed\"}"), 0);
  RecordProperty("stale", static_cast<int>(stale));
  RecordProperty("reset", static_cast<int>(reset));
}

INSTANTIATE_TEST_SUITE_P(Threads, StaleRepliesTest,
                         ::testing::Values(Threads{1, 0}, Threads{1, 2}, Threads{2, 0},
                                           Threads{2, 2}),
                         NameOf);

}  // namespace
}  // namespace mailroom::tests
