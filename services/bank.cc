// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/bank.h"

#include <limits>
#include <string>

namespace mailroom::services {
namespace {

Status CheckAmount(int64_t amount) {
  if (amount > 0) return Status();
  return InvalidArgument("amount must be above 0, got " + std::to_string(amount));
}

Status CheckAccountId(const std::string& account_id) {
  if (account_id.empty()) {
    return Status::Static(Code::kInvalidArgument, "the account's name is empty");
  }
  if (account_id.size() <= BankActor::kMostNameBytes) return Status();
  return InvalidArgument("the account's name has " + std::to_string(account_id.size()) +
                         " bytes; at most " + std::to_string(BankActor::kMostNameBytes) +
                         " are allowed");
}

// S14: before the sum is made, since an overflow of signed integers is undefined.
Status CheckRoom(int64_t balance, int64_t amount) {
  if (balance <= std::numeric_limits<int64_t>::max() - amount) return Status();
  return Status::Static(Code::kOutOfRange, "the account cannot hold so much");
}

}  // namespace

Result<int64_t*> BankActor::Find(const std::string& account_id) {
  MAILROOM_RETURN_IF_ERROR(CheckAccountId(account_id));
  const auto found = balances_.find(account_id);
  if (found == balances_.end()) return NotFound("no account '" + account_id + "'");
  return &found->second;
}

Result<bank::v1::OpenAccountResponse> BankActor::OpenAccount(
    const bank::v1::OpenAccountRequest& request, Call&) {
  MAILROOM_RETURN_IF_ERROR(CheckAccountId(request.account_id()));
  if (balances_.contains(request.account_id())) {
    return AlreadyExists("there is an account '" + request.account_id() + "'");
  }
  if (balances_.size() >= most_accounts_) {
    return ResourceExhausted("the bank has " + std::to_string(most_accounts_) +
                             " accounts and opens no more");
  }
  balances_.emplace(request.account_id(), 0);
  return bank::v1::OpenAccountResponse();
}

Result<bank::v1::DepositResponse> BankActor::Deposit(const bank::v1::DepositRequest& request,
                                                     Call&) {
  MAILROOM_RETURN_IF_ERROR(CheckAmount(request.amount()));
  MAILROOM_ASSIGN_OR_RETURN(int64_t* const balance, Find(request.account_id()));
  MAILROOM_RETURN_IF_ERROR(CheckRoom(*balance, request.amount()));
  *balance += request.amount();
  bank::v1::DepositResponse response;
  response.set_balance(*balance);
  return response;
}

Result<bank::v1::TransferResponse> BankActor::Transfer(const bank::v1::TransferRequest& request,
                                                       Call&) {
  MAILROOM_RETURN_IF_ERROR(CheckAmount(request.amount()));
  MAILROOM_ASSIGN_OR_RETURN(int64_t* const from, Find(request.from()));
  MAILROOM_ASSIGN_OR_RETURN(int64_t* const to, Find(request.to()));
  if (from == to) return InvalidArgument("an account cannot transfer to itself");
  if (*from < request.amount()) {
    return FailedPrecondition("'" + request.from() + "' holds " + std::to_string(*from) +
                              ", less than " + std::to_string(request.amount()));
  }
  MAILROOM_RETURN_IF_ERROR(CheckRoom(*to, request.amount()));
  *from -= request.amount();
  *to += request.amount();
  bank::v1::TransferResponse response;
  response.set_from_balance(*from);
  response.set_to_balance(*to);
  return response;
}

Result<bank::v1::GetBalanceResponse> BankActor::GetBalance(
    const bank::v1::GetBalanceRequest& request, Call&) {
  MAILROOM_ASSIGN_OR_RETURN(const int64_t* const balance, Find(request.account_id()));
  bank::v1::GetBalanceResponse response;
  response.set_balance(*balance);
  return response;
}

}  // namespace mailroom::services
