// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/admission.h"

#include <utility>

#include "mailroom/rpc/error_bounds.h"
#include "mailroom/rpc/protocols.h"
#include "mailroom/server/config/duration.h"

namespace mailroom::server {
namespace {

// What the operator allows is less than what the caller asked for.
bool IsCut(std::optional<Duration> asked, const ServerOptions& options) {
  const Duration most = options.max_call_timeout;
  return most > Duration::zero() && (!asked || *asked > most);
}

// The one place that frames a response outside of an engine: the connection has
// no request to answer. `fields` are whole lines.
std::string WholeResponse(std::string_view status_line, std::string_view fields, int status,
                          Code code, std::string_view message) {
  rpc::Answer answer;
  rpc::WriteHttpError(status, code, message, &answer);
  std::string response = "HTTP/1.1 ";
  response.append(status_line).append("\r\nconnection: close\r\ncontent-type: ");
  response.append(answer.content_type).append("\r\n").append(fields);
  response.append("content-length: ").append(std::to_string(answer.body.size()));
  response.append("\r\n\r\n").append(answer.body);
  return response;
}

}  // namespace

Status MailboxFullStatus(const Replica& replica) {
  const actors::Cell& cell = replica.ref.cell();
  return Status(Code::kUnavailable, "the mailbox of " + cell.name() + " is full (" +
                                        std::to_string(cell.mailbox().capacity()) +
                                        " calls wait, --mailbox-capacity); try again later");
}

Status DrainingStatus() {
  return Status::Static(Code::kUnavailable,
                        "the server is draining and takes no new calls; try another one");
}

Status TooManyCallsStatus() {
  return Status::Static(Code::kUnavailable,
                        "too many calls are out at actors (1048576); try again later");
}

Status BodyMemoryStatus(const ServerOptions& options) {
  return Status(Code::kResourceExhausted,
                "no memory is left for request bodies (" +
                    std::to_string(options.max_body_memory_bytes) +
                    " bytes of them are under way, --max-body-memory-bytes); try again later");
}

Status ReplyTooLargeStatus(size_t bytes, const ServerOptions& options) {
  return Status(Code::kResourceExhausted,
                "the reply is too large: it has " + std::to_string(bytes) + " bytes, and at most " +
                    std::to_string(options.max_reply_bytes) +
                    " are sent; start the server with a higher --max-reply-bytes to raise the "
                    "limit");
}

TimePoint DeadlineOf(TimePoint began, std::optional<Duration> asked, const ServerOptions& options) {
  if (IsCut(asked, options)) return DeadlineIn(began, options.max_call_timeout);
  return asked ? DeadlineIn(began, *asked) : kForever;
}

Status DeadlineStatus(std::optional<Duration> asked, const ServerOptions& options) {
  if (!IsCut(asked, options)) {
    return Status::Static(Code::kDeadlineExceeded, "the deadline passed before the actor answered");
  }
  return Status(Code::kDeadlineExceeded, "the actor has not answered within " +
                                             FormatDuration(options.max_call_timeout) +
                                             ", the most that --max-call-timeout allows");
}

Status LateRequestStatus(std::optional<Duration> asked, const ServerOptions& options) {
  if (!IsCut(asked, options)) {
    return Status::Static(Code::kDeadlineExceeded,
                          "the deadline passed before the whole request had come");
  }
  return Status(Code::kDeadlineExceeded, "the whole request has not come within " +
                                             FormatDuration(options.max_call_timeout) +
                                             ", the most that --max-call-timeout allows a call");
}

Status UnreadRequestStatus(std::optional<Duration> asked, const ServerOptions& options) {
  constexpr std::string_view kWhy =
      ": earlier calls of its connection were not answered, or their answers not taken";
  std::string text = "the deadline passed before the whole request was read";
  if (IsCut(asked, options)) {
    text = "the whole request was not read within " + FormatDuration(options.max_call_timeout) +
           ", the most that --max-call-timeout allows a call";
  }
  text += kWhy;
  return Status(Code::kDeadlineExceeded, std::move(text));
}

std::string TimeoutAnswer(std::string_view flag, std::string_view date_line) {
  return WholeResponse("408 Request Timeout", date_line, 408, Code::kDeadlineExceeded,
                       "the request took too long to arrive (" + std::string(flag) + ")");
}

std::string UnknownPathText(const Router& router, std::string_view path) {
  std::string text = "no method at " + rpc::CutEcho(path);
  const std::string_view nearest = router.Nearest(path);
  if (nearest.empty()) {
    text.append("; GET / lists all methods");
  } else {
    text.append("; did you mean ").append(nearest).append("?");
  }
  return text;
}

}  // namespace mailroom::server
