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

size_t ExchangeQueue::CountUpTo(size_t most) const {
  size_t count = 0;
  for (const Exchange* one = first(); one != nullptr && count < most; one = one->next.get()) {
    ++count;
  }
  return count;
}

void ExchangeQueue::PopFirst() {
  std::unique_ptr<Exchange> exchange = std::move(first_);
  first_ = std::move(exchange->next);
  if (first_ == nullptr) {
    last_ = nullptr;
  } else {
    first_->previous = nullptr;
  }
  if (exchange->receiving) hall_.loop->CancelTimer(exchange->receiving);
  hall_.GiveBack(std::move(exchange));
}

Exchange* ExchangeQueue::Find(http::StreamId stream) const {
  for (Exchange* exchange = first_.get(); exchange != nullptr; exchange = exchange->next.get()) {
    if (exchange->stream == stream) return exchange;
  }
  return nullptr;
}

}  // namespace mailroom::server
