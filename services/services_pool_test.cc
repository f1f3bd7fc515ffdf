// SPDX-License-Identifier: Apache-2.0
// The same actors on real workers, called from real threads.
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/actors/cell.h"
#include "mailroom/actors/worker_pool.h"
#include "mailroom/base/run_blocking.h"
#include "mailroom/base/thread.h"
#include "mailroom/services/bank.h"
#include "mailroom/services/echo.h"
#include "mailroom/services/in_process_channel.h"

namespace mailroom::services {
namespace {

constexpr int kThreads = 4;
constexpr int kAccounts = 8;
constexpr int kCallsPerThread = 500;
constexpr size_t kCapacity = 1024;

class ServicesPoolTest : public ::testing::TestWithParam<int> {
 protected:
  LocalService ServiceOf(const rpc::ServiceSpec& spec, actors::Cell& cell) {
    return LocalService{&spec, &cell, &pool_};
  }

  actors::WorkerPool pool_{GetParam()};
};

std::string Account(int number) { return "account-" + std::to_string(number); }

// One caller: its transfers, counted by outcome.
void TransferAround(InProcessChannel& channel, int seed, std::atomic<int>* moved,
                    std::atomic<int>* overdrawn) {
  bank::v1::BankServiceClient bank(channel);
  for (int i = 0; i < kCallsPerThread; ++i) {
    bank::v1::TransferRequest request;
    request.set_from(Account((i + seed) % kAccounts));
    request.set_to(Account((i * 3 + seed + 1) % kAccounts));
    request.set_amount(1 + i % 40);
    const auto result = RunBlocking(bank.Transfer(request));
    if (result.ok()) {
      moved->fetch_add(1);
    } else if (result.status().code() == Code::kFailedPrecondition) {
      overdrawn->fetch_add(1);
    } else if (request.from() != request.to()) {
      ADD_FAILURE() << result.status().ToString();
    }
  }
}

int64_t SumOfBalances(InProcessChannel& channel) {
  bank::v1::BankServiceClient bank(channel);
  int64_t sum = 0;
  for (int i = 0; i < kAccounts; ++i) {
    bank::v1::GetBalanceRequest request;
    request.set_account_id(Account(i));
    sum += RunBlocking(bank.GetBalance(request))->balance();
  }
  return sum;
}

void OpenAccounts(InProcessChannel& channel) {
  bank::v1::BankServiceClient bank(channel);
  for (int i = 0; i < kAccounts; ++i) {
    bank::v1::OpenAccountRequest open;
    open.set_account_id(Account(i));
    ASSERT_TRUE(RunBlocking(bank.OpenAccount(open)).ok());
    bank::v1::DepositRequest deposit;
    deposit.set_account_id(Account(i));
    deposit.set_amount(100);
    ASSERT_TRUE(RunBlocking(bank.Deposit(deposit)).ok());
  }
}

TEST_P(ServicesPoolTest, TransfersFromManyThreadsConserveTheSum) {
  actors::Cell cell("bank", kCapacity, std::make_unique<BankActor>(), pool_);
  const std::array services = {ServiceOf(BankActor::Spec(), cell)};
  InProcessChannel channel(services);
  OpenAccounts(channel);
  std::atomic<int> moved = 0;
  std::atomic<int> overdrawn = 0;
  {
    std::vector<Thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back("caller-" + std::to_string(i), [&, i] {
        InProcessChannel own(services);
        TransferAround(own, i, &moved, &overdrawn);
      });
    }
    for (Thread& thread : threads) thread.Join();
  }
  EXPECT_EQ(SumOfBalances(channel), kAccounts * 100);
  EXPECT_GT(moved.load(), 0);
  EXPECT_GT(overdrawn.load(), 0);
  pool_.Stop();
}

TEST_P(ServicesPoolTest, EachCallerGetsItsOwnWordBackAfterItsDelay) {
  actors::Cell cell("echo", kCapacity, std::make_unique<EchoActor>(), pool_);
  const std::array services = {ServiceOf(EchoActor::Spec(), cell)};
  std::vector<Thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back("caller-" + std::to_string(i), [&, i] {
      InProcessChannel channel(services);
      echo::v1::EchoServiceClient echo(channel);
      for (int n = 0; n < 50; ++n) {
        echo::v1::EchoRequest request;
        request.set_message(std::to_string(i) + "/" + std::to_string(n));
        request.set_delay_ms(static_cast<uint32_t>((n + i) % 3));
        EXPECT_EQ(RunBlocking(echo.Echo(request))->message(), request.message());
      }
    });
  }
  for (Thread& thread : threads) thread.Join();
  pool_.Stop();
}

// Asks another actor and sends on what that one says.
class RelayActor final : public echo::v1::EchoServiceActor<RelayActor> {
 public:
  explicit RelayActor(LocalService other) : channel_(std::array{other}), other_(channel_) {}

  Task<Result<echo::v1::EchoResponse>> Echo(const echo::v1::EchoRequest& request, Call&) {
    Result<echo::v1::EchoResponse> reply = co_await other_.Echo(request);
    if (!reply.ok()) co_return reply;
    reply->set_message("relayed " + reply->message());
    co_return reply;
  }

 private:
  InProcessChannel channel_;
  echo::v1::EchoServiceClient other_;
};

TEST_P(ServicesPoolTest, AnActorMayAwaitAnother) {
  actors::Cell echo_cell("echo", kCapacity, std::make_unique<EchoActor>(), pool_);
  actors::Cell relay_cell("relay", kCapacity,
                          std::make_unique<RelayActor>(ServiceOf(EchoActor::Spec(), echo_cell)),
                          pool_);
  const std::array services = {ServiceOf(EchoActor::Spec(), relay_cell)};
  InProcessChannel channel(services);
  echo::v1::EchoServiceClient relay(channel);
  echo::v1::EchoRequest request;
  for (int n = 0; n < 100; ++n) {
    request.set_message(std::to_string(n));
    request.set_delay_ms(n % 10 == 0 ? 1 : 0);
    EXPECT_EQ(RunBlocking(relay.Echo(request))->message(), "relayed " + request.message());
  }
  pool_.Stop();
}

INSTANTIATE_TEST_SUITE_P(Workers, ServicesPoolTest, ::testing::Values(1, 2, 4, 8));

}  // namespace
}  // namespace mailroom::services
