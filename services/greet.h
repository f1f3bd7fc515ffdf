// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/greet/v1/greet.mailroom.h"

// GreetActor: the smallest actor there is.
namespace mailroom::services {

class GreetActor final : public greet::v1::GreetServiceActor<GreetActor> {
 public:
  // "Hello, NAME". Nobody is greeted as nobody: "Hello, ".
  Result<greet::v1::GreetResponse> Greet(const greet::v1::GreetRequest& request, Call& call);
};

}  // namespace mailroom::services
