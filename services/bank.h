// SPDX-License-Identifier: Apache-2.0
#pragma once

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
namespace mailroom::services {

class BankActor final : public bank::v1::BankServiceActor<BankActor> {
 public:
  // invalid_argument without a name, already_exists.
  Result<bank::v1::OpenAccountResponse> OpenAccount(const bank::v1::OpenAccountRequest& request,
                                                    Call& call);
  // invalid_argument without a name or for an amount below 1, not_found,
  // out_of_range when the account could not hold so much.
  Result<bank::v1::DepositResponse> Deposit(const bank::v1::DepositRequest& request, Call& call);
  // The same, and invalid_argument from an account to itself, failed_precondition
  // when `from` holds less than the amount.
  Result<bank::v1::TransferResponse> Transfer(const bank::v1::TransferRequest& request, Call& call);
  // invalid_argument without a name, not_found.
  Result<bank::v1::GetBalanceResponse> GetBalance(const bank::v1::GetBalanceRequest& request,
                                                  Call& call);

 private:
  // The balance, valid until the next OpenAccount.
  Result<int64_t*> Find(const std::string& account_id);

  std::unordered_map<std::string, int64_t> balances_;
};

}  // namespace mailroom::services
