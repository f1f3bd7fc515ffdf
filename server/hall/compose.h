// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/status.h"
#include "mailroom/server/hall/exchange.h"
#include "mailroom/server/hall/hall.h"

namespace mailroom::server {

// Writes what answers `exchange` into hall.answer: the reply's outcome in the words of
// its protocol, the index page, what a target supports, or HTTP's own error. Gives the
// code that the caller is told. Private to server; loop thread only.
Code ComposeAnswer(Hall& hall, const Exchange& exchange);

}  // namespace mailroom::server
