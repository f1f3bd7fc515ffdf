// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/http/output.h"
#include "mailroom/io/connection.h"

// ConnectionOutput: what an engine writes goes to this connection's queue. Lives for one
// hook of the loop. Private to server/; loop thread only.
namespace mailroom::server {

class ConnectionOutput final : public http::Output {
 public:
  explicit ConnectionOutput(io::Connection& connection) : connection_(connection) {}

  OutputQueue& Queue() override {
    if (queue_ == nullptr) queue_ = &connection_.WriteQueue();
    return *queue_;
  }

 private:
  io::Connection& connection_;
  OutputQueue* queue_ = nullptr;
};

}  // namespace mailroom::server
