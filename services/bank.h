// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "mailroom/bank/v1/bank.mailroom.h"

// BankActor: accounts and money in the memory of one actor. No locks: its calls are
// exclusive, one runs at a time and none sees half a transfer.
//
// Invariants:
//   1 A call that ends in an error has changed nothing.
//   2 No balance is below zero; Transfer conserves the sum of all.
//   3 There are at most so many accounts as the constructor says, and a name has at most
//     kMostNameBytes: callers cannot make it grow without a bound.
namespace mailroom::services {

class BankActor final : public bank::v1::BankServiceActor<BankActor> {
 public:
  // Some 20 MB with names as long as may be.
  static constexpr size_t kMostAccounts = 100'000;
  static constexpr size_t kMostNameBytes = 64;

  explicit BankActor(size_t most_accounts = kMostAccounts) : most_accounts_(most_accounts) {}

  // invalid_argument without a name or for a longer one, already_exists,
  // resource_exhausted when there are as many accounts as may be.
  Result<bank::v1::OpenAccountResponse> OpenAccount(const bank::v1::OpenAccountRequest& request,
                                                    Call& call);
  // invalid_argument for such names or for an amount below 1, not_found, out_of_range when the
  // account could not hold so much.
  Result<bank::v1::DepositResponse> Deposit(const bank::v1::DepositRequest& request, Call& call);
  // The same, and invalid_argument from an account to itself, failed_precondition
  // when `from` holds less than the amount.
  Result<bank::v1::TransferResponse> Transfer(const bank::v1::TransferRequest& request, Call& call);
  // invalid_argument for such names, not_found.
  Result<bank::v1::GetBalanceResponse> GetBalance(const bank::v1::GetBalanceRequest& request,
                                                  Call& call);

 private:
  // The balance, valid until the next OpenAccount.
  Result<int64_t*> Find(const std::string& account_id);

  const size_t most_accounts_;
  std::unordered_map<std::string, int64_t> balances_;
};

}  // namespace mailroom::services
