// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/greet.h"

namespace mailroom::services {

Result<greet::v1::GreetResponse> GreetActor::Greet(const greet::v1::GreetRequest& request, Call&) {
  greet::v1::GreetResponse response;
  response.set_message("Hello, " + request.name());
  return response;
}

}  // namespace mailroom::services
