// SPDX-License-Identifier: Apache-2.0
// Ten thousand transfers from 64 connections, half of them 8 deep pipelined: each
// reply carries its own request's outcome, and no money appears or vanishes.
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/bank/v1/bank.pb.h"
#include "mailroom/base/random.h"
#include "mailroom/tests/integration/http_client.h"
#include "mailroom/tests/integration/live_server.h"
#include "mailroom/tests/integration/scale.h"

namespace mailroom::tests {
namespace {

using bank::v1::GetBalanceResponse;
using bank::v1::TransferRequest;
using bank::v1::TransferResponse;

constexpr int kConnections = 64;
constexpr int kThreads = 4;
constexpr int kDepth = 8;
constexpr int64_t kOpening = 1000;

std::string Path(std::string_view method) {
  return "/mailroom.bank.v1.BankService/" + std::string(method);
}

template <class Message>
std::string Text(std::string_view method, const Message& message) {
  return CallText(Path(method), "application/proto", message.SerializeAsString());
}

// One client: its own pair of accounts, whose balances nobody else moves, so that
// every outcome is known before it comes.
class Teller {
 public:
  Teller(const std::string& address, int number, int depth)
      : client_(address),
        random_(static_cast<uint64_t>(number) + 1),
        depth_(depth),
        left_("left" + std::to_string(number)),
        right_("right" + std::to_string(number)) {
    for (const std::string& account : {left_, right_}) {
      bank::v1::OpenAccountRequest open;
      open.set_account_id(account);
      EXPECT_EQ(client_.Call(Text("OpenAccount", open)).status, 200);
      bank::v1::DepositRequest deposit;
      deposit.set_account_id(account);
      deposit.set_amount(kOpening);
      EXPECT_EQ(client_.Call(Text("Deposit", deposit)).status, 200);
    }
  }

  // Sends `depth` transfers in one write, then checks their answers.
  void Round() {
    struct Expected {
      bool enough;
      int64_t from;
      int64_t to;
    };
    std::vector<Expected> expected;
    std::string requests;
    for (int i = 0; i < depth_; ++i) {
      const bool leftwards = random_.Next() % 2 == 0;
      const auto amount = static_cast<int64_t>(1 + random_.Next() % 900);
      TransferRequest transfer;
      transfer.set_from(leftwards ? right_ : left_);
      transfer.set_to(leftwards ? left_ : right_);
      transfer.set_amount(amount);
      int64_t& from = leftwards ? in_right_ : in_left_;
      int64_t& to = leftwards ? in_left_ : in_right_;
      const bool enough = from >= amount;
      if (enough) {
        from -= amount;
        to += amount;
      }
      expected.push_back({enough, from, to});
      requests += Text("Transfer", transfer);
    }
    client_.Send(requests);
    for (const Expected& outcome : expected) {
      const auto reply = client_.Read();
      ASSERT_TRUE(reply.has_value());
      if (outcome.enough) {
        ASSERT_EQ(reply->status, 200) << reply->body;
        TransferResponse response;
        ASSERT_TRUE(response.ParseFromString(reply->body));
        ASSERT_EQ(response.from_balance(), outcome.from);
        ASSERT_EQ(response.to_balance(), outcome.to);
      } else {
        ++overdrafts;
        ASSERT_EQ(reply->status, 400) << reply->body;
        ASSERT_NE(reply->body.find("\"code\":\"failed_precondition\""), std::string::npos);
      }
    }
  }

  int64_t Sum() {
    int64_t sum = 0;
    for (const std::string& account : {left_, right_}) {
      bank::v1::GetBalanceRequest request;
      request.set_account_id(account);
      GetBalanceResponse response;
      EXPECT_TRUE(response.ParseFromString(client_.Call(Text("GetBalance", request)).body));
      sum += response.balance();
    }
    return sum;
  }

  int overdrafts = 0;

 private:
  HttpClient client_;
  Random random_;
  const int depth_;
  const std::string left_;
  const std::string right_;
  int64_t in_left_ = kOpening;
  int64_t in_right_ = kOpening;
};

class BankTest : public ::testing::TestWithParam<Threads> {};

TEST_P(BankTest, EachReplyCarriesItsOwnOutcomeAndTheSumIsConserved) {
  LiveServer server(GetParam());
  std::vector<std::unique_ptr<Teller>> tellers;
  for (int i = 0; i < kConnections; ++i) {
    tellers.push_back(std::make_unique<Teller>(server.address(), i, i % 2 == 0 ? 1 : kDepth));
  }
  // 32 connections of one and 32 of eight: 288 transfers a round.
  const int rounds = Scaled(10000) / 288 + 1;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < rounds; ++round) {
        for (size_t i = static_cast<size_t>(t); i < tellers.size(); i += kThreads) {
          tellers[i]->Round();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  int64_t sum = 0;
  int overdrafts = 0;
  for (const auto& teller : tellers) {
    sum += teller->Sum();
    overdrafts += teller->overdrafts;
  }
  EXPECT_EQ(sum, 2 * kOpening * kConnections);
  EXPECT_GT(overdrafts, 0) << "the test must see some";
  EXPECT_EQ(server.Metric("mailroom_dispatched_total"), server.Metric("mailroom_attached_total"));
}

INSTANTIATE_TEST_SUITE_P(Threads, BankTest,
                         ::testing::Values(Threads{1, 0}, Threads{1, 1}, Threads{1, 2},
                                           Threads{1, 8}, Threads{2, 0}, Threads{2, 2}),
                         NameOf);

// Transfers between accounts of different connections: the sum holds whatever the
// order was.
TEST(BankTest, MoneyThatCrossesConnectionsIsConserved) {
  LiveServer server(Threads{1, 2});
  constexpr int kAccounts = 16;
  HttpClient opener(server.address());
  for (int i = 0; i < kAccounts; ++i) {
    bank::v1::OpenAccountRequest open;
    open.set_account_id(std::to_string(i));
    ASSERT_EQ(opener.Call(Text("OpenAccount", open)).status, 200);
    bank::v1::DepositRequest deposit;
    deposit.set_account_id(std::to_string(i));
    deposit.set_amount(kOpening);
    ASSERT_EQ(opener.Call(Text("Deposit", deposit)).status, 200);
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      HttpClient client(server.address());
      Random random(static_cast<uint64_t>(t) + 77);
      for (int i = 0; i < Scaled(1000); ++i) {
        TransferRequest transfer;
        transfer.set_from(std::to_string(random.Next() % kAccounts));
        transfer.set_to(std::to_string(random.Next() % kAccounts));
        transfer.set_amount(static_cast<int64_t>(1 + random.Next() % 2000));
        const int status = client.Call(Text("Transfer", transfer)).status;
        EXPECT_TRUE(status == 200 || status == 400) << status;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int64_t sum = 0;
  for (int i = 0; i < kAccounts; ++i) {
    bank::v1::GetBalanceRequest request;
    request.set_account_id(std::to_string(i));
    GetBalanceResponse response;
    ASSERT_TRUE(response.ParseFromString(opener.Call(Text("GetBalance", request)).body));
    EXPECT_GE(response.balance(), 0);
    sum += response.balance();
  }
  EXPECT_EQ(sum, kAccounts * kOpening);
}

}  // namespace
}  // namespace mailroom::tests
