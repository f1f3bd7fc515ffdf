// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/bank.h"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "mailroom/services/testing/service_stage.h"

namespace mailroom::services {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

class BankActorTest : public ::testing::Test {
 protected:
  Code Open(const std::string& account) {
    bank::v1::OpenAccountRequest request;
    request.set_account_id(account);
    return CodeOf(stage_.Finish(bank_.OpenAccount(request)));
  }
  Code Deposit(const std::string& account, int64_t amount) {
    bank::v1::DepositRequest request;
    request.set_account_id(account);
    request.set_amount(amount);
    const auto result = stage_.Finish(bank_.Deposit(request));
    if (result.ok()) {
      EXPECT_EQ(result->balance(), Balance(account));
    }
    return CodeOf(result);
  }
  Code Transfer(const std::string& from, const std::string& to, int64_t amount) {
    bank::v1::TransferRequest request;
    request.set_from(from);
    request.set_to(to);
    request.set_amount(amount);
    const auto result = stage_.Finish(bank_.Transfer(request));
    if (result.ok()) {
      EXPECT_EQ(result->from_balance(), Balance(from));
      EXPECT_EQ(result->to_balance(), Balance(to));
    }
    return CodeOf(result);
  }
  Result<bank::v1::GetBalanceResponse> GetBalance(const std::string& account) {
    bank::v1::GetBalanceRequest request;
    request.set_account_id(account);
    return stage_.Finish(bank_.GetBalance(request));
  }
  int64_t Balance(const std::string& account) { return GetBalance(account)->balance(); }

  testing::ServiceStage<BankActor> stage_;
  bank::v1::BankServiceClient bank_{stage_.channel()};

 private:
  template <class T>
  static Code CodeOf(const Result<T>& result) {
    return result.ok() ? Code::kOk : result.status().code();
  }
};

TEST_F(BankActorTest, ANewAccountIsEmptyAndOpensOnce) {
  EXPECT_EQ(Open("ada"), Code::kOk);
  EXPECT_EQ(Balance("ada"), 0);
  EXPECT_EQ(Deposit("ada", 7), Code::kOk);
  EXPECT_EQ(Open("ada"), Code::kAlreadyExists);
  EXPECT_EQ(Balance("ada"), 7);
}

TEST_F(BankActorTest, AnAccountNobodyOpenedIsNotFound) {
  ASSERT_EQ(Open("ada"), Code::kOk);
  ASSERT_EQ(Deposit("ada", 5), Code::kOk);
  EXPECT_EQ(GetBalance("bob").status().code(), Code::kNotFound);
  EXPECT_EQ(Deposit("bob", 1), Code::kNotFound);
  EXPECT_EQ(Transfer("ada", "bob", 1), Code::kNotFound);
  EXPECT_EQ(Transfer("bob", "ada", 1), Code::kNotFound);
  EXPECT_EQ(Balance("ada"), 5);
}

TEST_F(BankActorTest, NamesAndAmountsMustMakeSense) {
  ASSERT_EQ(Open("ada"), Code::kOk);
  ASSERT_EQ(Open("bob"), Code::kOk);
  ASSERT_EQ(Deposit("ada", 5), Code::kOk);
  EXPECT_EQ(Open(""), Code::kInvalidArgument);
  EXPECT_EQ(GetBalance("").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(Deposit("", 1), Code::kInvalidArgument);
  EXPECT_EQ(Transfer("", "bob", 1), Code::kInvalidArgument);
  EXPECT_EQ(Transfer("ada", "", 1), Code::kInvalidArgument);
  EXPECT_EQ(Transfer("ada", "ada", 1), Code::kInvalidArgument);
  for (const int64_t amount : {int64_t{0}, int64_t{-1}, std::numeric_limits<int64_t>::min()}) {
    EXPECT_EQ(Deposit("ada", amount), Code::kInvalidArgument);
    EXPECT_EQ(Transfer("ada", "bob", amount), Code::kInvalidArgument);
  }
  EXPECT_EQ(Balance("ada"), 5);
  EXPECT_EQ(Balance("bob"), 0);
}

TEST_F(BankActorTest, ATransferMovesMoneyAndAnOverdraftNone) {
  ASSERT_EQ(Open("ada"), Code::kOk);
  ASSERT_EQ(Open("bob"), Code::kOk);
  ASSERT_EQ(Deposit("ada", 100), Code::kOk);
  EXPECT_EQ(Transfer("ada", "bob", 60), Code::kOk);
  EXPECT_EQ(Transfer("ada", "bob", 41), Code::kFailedPrecondition);
  EXPECT_EQ(Balance("ada"), 40);
  EXPECT_EQ(Balance("bob"), 60);
  EXPECT_EQ(Transfer("ada", "bob", 40), Code::kOk);
  EXPECT_EQ(Balance("ada"), 0);
}

TEST_F(BankActorTest, ABalanceNeverOverflows) {
  ASSERT_EQ(Open("ada"), Code::kOk);
  ASSERT_EQ(Open("bob"), Code::kOk);
  EXPECT_EQ(Deposit("ada", kMost), Code::kOk);
  EXPECT_EQ(Deposit("ada", 1), Code::kOutOfRange);
  ASSERT_EQ(Deposit("bob", 1), Code::kOk);
  EXPECT_EQ(Transfer("ada", "bob", kMost), Code::kOutOfRange);
  EXPECT_EQ(Balance("ada"), kMost);
  EXPECT_EQ(Balance("bob"), 1);
  EXPECT_EQ(Transfer("ada", "bob", kMost - 1), Code::kOk);
  EXPECT_EQ(Balance("bob"), kMost);
}

TEST_F(BankActorTest, ANameHasItsBound) {
  const std::string longest(BankActor::kMostNameBytes, 'a');
  const std::string longer = longest + "a";
  EXPECT_EQ(Open(longest), Code::kOk);
  EXPECT_EQ(Deposit(longest, 1), Code::kOk);
  EXPECT_EQ(Open(longer), Code::kInvalidArgument);
  EXPECT_EQ(Deposit(longer, 1), Code::kInvalidArgument);
  EXPECT_EQ(Transfer(longer, longest, 1), Code::kInvalidArgument);
  EXPECT_EQ(Transfer(longest, longer, 1), Code::kInvalidArgument);
  const Status refused = GetBalance(longer).status();
  EXPECT_EQ(refused.message(), "the account's name has 65 bytes; at most 64 are allowed");
}

TEST(BankBoundTest, ItOpensSoManyAccountsAndNoMore) {
  testing::ServiceStage<BankActor> stage(size_t{2});
  bank::v1::BankServiceClient bank(stage.channel());
  const auto open = [&](const std::string& name) {
    bank::v1::OpenAccountRequest request;
    request.set_account_id(name);
    return stage.Finish(bank.OpenAccount(request)).status();
  };
  EXPECT_TRUE(open("ada").ok());
  EXPECT_TRUE(open("bob").ok());
  EXPECT_EQ(open("ada").code(), Code::kAlreadyExists);
  const Status refused = open("eve");
  EXPECT_EQ(refused.code(), Code::kResourceExhausted);
  EXPECT_EQ(refused.message(), "the bank has 2 accounts and opens no more");
  bank::v1::GetBalanceRequest balance;
  balance.set_account_id("ada");
  EXPECT_TRUE(stage.Finish(bank.GetBalance(balance)).ok());
}

TEST_F(BankActorTest, ItsCallsAreExclusive) {
  for (const rpc::MethodSpec& method : BankActor::Spec().methods) {
    EXPECT_FALSE(method.concurrent) << method.name;
  }
}

}  // namespace
}  // namespace mailroom::services
