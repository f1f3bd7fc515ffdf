// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/exchange_queue.h"

#include <utility>

namespace mailroom::server {

Exchange& ExchangeQueue::Append(http::StreamId stream) {
  std::unique_ptr<Exchange> exchange = hall_.TakeExchange();
  exchange->stream = stream;
  exchange->began = hall_.loop->now();
  exchange->previous = last_;
  Exchange* const raw = exchange.get();
  (last_ == nullptr ? first_ : last_->next) = std::move(exchange);
  last_ = raw;
  return *raw;
}

void ExchangeQueue::Remove(Exchange& removed) {
  std::unique_ptr<Exchange>& owner = removed.previous == nullptr ? first_ : removed.previous->next;
  std::unique_ptr<Exchange> exchange = std::move(owner);
  owner = std::move(exchange->next);
  if (owner == nullptr) {
    last_ = exchange->previous;
  } else {
    owner->previous = exchange->previous;
  }
  if (exchange->receiving) hall_.loop->CancelTimer(exchange->receiving);
  hall_.GiveBack(std::move(exchange));
}

// Bodies are mostly of the newest, replies mostly of the oldest.
Exchange* ExchangeQueue::Find(http::StreamId stream) const {
  if (last_ != nullptr && last_->stream == stream) return last_;
  for (Exchange* exchange = first_.get(); exchange != nullptr; exchange = exchange->next.get()) {
    if (exchange->stream == stream) return exchange;
  }
  return nullptr;
}

}  // namespace mailroom::server
