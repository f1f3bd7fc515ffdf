// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "hello.mailroom.h"

// Says hello, and how often it has. One call runs at a time: no locks.
class HelloActor final : public hello::v1::HelloServiceActor<HelloActor> {
 public:
  mailroom::Result<hello::v1::SayHelloResponse> SayHello(const hello::v1::SayHelloRequest& request,
                                                         mailroom::Call&) {
    if (request.name().empty()) return mailroom::InvalidArgument("name is empty");
    hello::v1::SayHelloResponse response;
    response.set_text("Hello, " + request.name());
    response.set_times(++times_[request.name()]);
    return response;
  }

 private:
  std::unordered_map<std::string, int32_t> times_;
};
