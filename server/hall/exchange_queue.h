// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "mailroom/http/engine.h"
#include "mailroom/server/hall/exchange.h"
#include "mailroom/server/hall/hall.h"

// ExchangeQueue: the requests of one connection that are not answered yet, in the
// order in which they came. A chain of the hall's pooled exchanges, so that a
// connection at rest holds two null pointers. Private to server; loop thread only.
namespace mailroom::server {

class ExchangeQueue final {
 public:
  explicit ExchangeQueue(Hall& hall) : hall_(hall) {}
  ~ExchangeQueue() {
    // Iteratively: a chain of owners would recurse.
    while (!empty()) PopFirst();
  }
  ExchangeQueue(const ExchangeQueue&) = delete;
  ExchangeQueue& operator=(const ExchangeQueue&) = delete;

  bool empty() const { return first_ == nullptr; }
  // The oldest. Null when empty, like last().
  Exchange* first() const { return first_.get(); }
  // Being received, or held, or the newest.
  Exchange* last() const { return last_; }

  // A new request. Valid until it is removed.
  Exchange& Append(http::StreamId stream);
  // REQUIRES: it is one of these. Its place may be anywhere.
  void Remove(Exchange& exchange);
  // REQUIRES: not empty.
  void PopFirst() { Remove(*first_); }
  // Null when there is none.
  Exchange* Find(http::StreamId stream) const;

 private:
  Hall& hall_;
  std::unique_ptr<Exchange> first_;
  Exchange* last_ = nullptr;
};

}  // namespace mailroom::server
