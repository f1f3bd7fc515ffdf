// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"
#include "mailroom/server/config/options.h"
#include "mailroom/server/hall/router.h"

// Admission: what is refused at once, and in which words. Each names the bound
// that was met and the flag that moves it. Never waits, never queues.
namespace mailroom::server {

// What raises the limit of one request message, for the rooms below, which know no
// flags: http::Limits::body_advice, WireForm::request_limit.
inline constexpr std::string_view kRaiseMessageBytes =
    "start the server with a higher --max-message-bytes to raise the limit";

// Calls: Connect `unavailable`, HTTP 503 with Retry-After.
Status MailboxFullStatus(const Replica& replica);
Status DrainingStatus();
Status TooManyCallsStatus();
// Connect `resource_exhausted`, HTTP 429.
Status BodyMemoryStatus(const ServerOptions& options);
// So many bytes of a reply are over --max-reply-bytes.
Status ReplyTooLargeStatus(size_t bytes, const ServerOptions& options);

// When a call that began then ends at the latest: what its caller asked for, and
// --max-call-timeout. kForever without either.
TimePoint DeadlineOf(TimePoint began, std::optional<Duration> asked, const ServerOptions& options);
// By whichever of the two came first. The second: before the whole request had come. The
// third: it was not read, as earlier calls, or their answers, held the connection up.
Status DeadlineStatus(std::optional<Duration> asked, const ServerOptions& options);
Status LateRequestStatus(std::optional<Duration> asked, const ServerOptions& options);
Status UnreadRequestStatus(std::optional<Duration> asked, const ServerOptions& options);

// A whole HTTP/1.1 response for a moment in which no request can be answered.
// `date_line` is a whole field line.
// 408; `flag` names the deadline that has passed.
std::string TimeoutAnswer(std::string_view flag, std::string_view date_line);

// "no method at /a.b/C; did you mean /a.b/D?"
std::string UnknownPathText(const Router& router, std::string_view path);

}  // namespace mailroom::server
