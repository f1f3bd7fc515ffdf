// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"

// How long a caller waits, as each protocol writes it in a header. Any thread.
namespace mailroom::rpc {

// connect-timeout-ms: one to ten ASCII digits, so at most 115 days, which a
// Duration holds. invalid_argument for anything else. "0" is a timeout that has
// already passed: the call is answered deadline_exceeded.
Result<Duration> ParseTimeoutMs(std::string_view text);

}  // namespace mailroom::rpc
