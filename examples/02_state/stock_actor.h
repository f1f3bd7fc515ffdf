// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "mailroom/rpc/error_detail.h"
#include "stock.mailroom.h"

// What is on the shelves. Its calls run one at a time: what one has read nobody
// changes before it has written, and no lock says so.
class StockActor final : public stock::v1::StockServiceActor<StockActor> {
 public:
  static constexpr int32_t kMostOfAnItem = 1'000'000;

  explicit StockActor(size_t most_items) : most_items_(most_items) {}

  mailroom::Result<stock::v1::PutResponse> Put(const stock::v1::PutRequest& request,
                                               mailroom::Call&) {
    MAILROOM_RETURN_IF_ERROR(Check(request.item(), request.count()));
    if (shelves_.size() == most_items_ && !shelves_.contains(request.item())) {
      return mailroom::ResourceExhausted("there is no shelf left");
    }
    int32_t& in_stock = shelves_[request.item()];
    if (request.count() > kMostOfAnItem - in_stock) {
      return mailroom::ResourceExhausted("the shelf of '" + request.item() + "' is full");
    }
    in_stock += request.count();
    stock::v1::PutResponse response;
    response.set_in_stock(in_stock);
    return response;
  }

  mailroom::Result<stock::v1::TakeResponse> Take(const stock::v1::TakeRequest& request,
                                                 mailroom::Call&) {
    MAILROOM_RETURN_IF_ERROR(Check(request.item(), request.count()));
    const auto shelf = shelves_.find(request.item());
    if (shelf == shelves_.end()) return mailroom::NotFound("no '" + request.item() + "' here");
    if (shelf->second < request.count()) return TooLittle(shelf->first, shelf->second);
    shelf->second -= request.count();
    stock::v1::TakeResponse response;
    response.set_in_stock(shelf->second);
    return response;
  }

 private:
  static mailroom::Status Check(const std::string& item, int32_t count) {
    if (item.empty()) return mailroom::InvalidArgument("item is empty");
    if (count < 1) return mailroom::InvalidArgument("count must be above 0");
    return mailroom::Status();
  }

  // An error with a detail: a message that a program can read.
  static mailroom::Status TooLittle(const std::string& item, int32_t in_stock) {
    stock::v1::Shortage shortage;
    shortage.set_item(item);
    shortage.set_in_stock(in_stock);
    mailroom::Status status = mailroom::FailedPrecondition("not enough '" + item + "'");
    status.AddDetail(mailroom::rpc::MakeErrorDetail(shortage));
    return status;
  }

  const size_t most_items_;
  std::unordered_map<std::string, int32_t> shelves_;
};
