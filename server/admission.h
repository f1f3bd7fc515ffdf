// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mailroom/base/status.h"
#include "mailroom/server/options.h"
#include "mailroom/server/router.h"

// Admission: what is refused at once, and in which words. Each names the bound
// that was met and the flag that moves it. Never waits, never queues.
namespace mailroom::server {

// Calls: Connect `unavailable`, HTTP 503 with Retry-After.
Status MailboxFullStatus(const Destination& destination);
Status DrainingStatus();
Status TooManyCallsStatus();

// Connections over --max-connections get TooManyConnectionsAnswer() and are
// closed; over the second bound (a tenth more, 64 at least) they are closed
// without a word, so that refusing is bounded too.
bool MayServe(size_t open_connections, const ServerOptions& options);
bool MayTellWhy(size_t open_connections, const ServerOptions& options);

// Whole HTTP/1.1 responses for moments in which no request can be answered.
// `date_line` is a whole field line.
std::string TooManyConnectionsAnswer(const ServerOptions& options, std::string_view date_line);
// 408; `flag` names the deadline that has passed.
std::string TimeoutAnswer(std::string_view flag, std::string_view date_line);

// "no method at /a.b/C; did you mean /a.b/D?"
std::string UnknownPathText(const Router& router, std::string_view path);

}  // namespace mailroom::server
