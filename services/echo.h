// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/echo/v1/echo.mailroom.h"

// EchoActor: says back what it hears, after a delay if it is asked to. For trying
// clients, deadlines and connections. A delay is a timer and holds no worker.
namespace mailroom::services {

class EchoActor final : public echo::v1::EchoServiceActor<EchoActor> {
 public:
  // Longer delays are invalid_argument: nobody tries a connection for longer, and a
  // stranger could else fill the actor for 49 days (2^32 ms).
  static constexpr uint32_t kMaxDelayMs = 60 * 60 * 1000;

  Task<Result<echo::v1::EchoResponse>> Echo(const echo::v1::EchoRequest& request, Call& call);
};

}  // namespace mailroom::services
