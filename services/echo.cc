// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/echo.h"

#include <chrono>
#include <string>

namespace mailroom::services {

Task<Result<echo::v1::EchoResponse>> EchoActor::Echo(const echo::v1::EchoRequest& request,
                                                     Call& call) {
  if (request.delay_ms() > kMaxDelayMs) {
    co_return InvalidArgument("delay_ms is at most " + std::to_string(kMaxDelayMs));
  }
  if (request.delay_ms() > 0) {
    const std::chrono::milliseconds delay(request.delay_ms());
    co_await call.Sleep(delay);
  }
  echo::v1::EchoResponse response;
  response.set_message(request.message());
  co_return response;
}

}  // namespace mailroom::services
