// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "remind.mailroom.h"

// Answers later. A handler that waits holds no thread: it is suspended, and the
// actor goes on with it when its time has come.
class RemindActor final : public remind::v1::RemindServiceActor<RemindActor> {
 public:
  static constexpr std::chrono::milliseconds kLongest{60'000};

  mailroom::Task<mailroom::Result<remind::v1::RemindResponse>> Remind(
      const remind::v1::RemindRequest& request, mailroom::Call& call) {
    const std::chrono::milliseconds after(request.after_ms());
    MAILROOM_CO_RETURN_IF_ERROR(Check(after));
    ++waiting_;
    co_await call.Sleep(after);
    // Other calls have run meanwhile: what was read before may have changed.
    --waiting_;
    if (call.canceled()) {
      ++missed_;
      co_return mailroom::Status(mailroom::Code::kCanceled);
    }
    remind::v1::RemindResponse response;
    response.set_text(request.text());
    response.set_waiting(waiting_);
    response.set_missed(missed_);
    co_return response;
  }

  mailroom::Task<mailroom::Result<remind::v1::NapResponse>> Nap(
      const remind::v1::NapRequest& request, mailroom::Call& call) {
    const std::chrono::milliseconds length(request.for_ms());
    MAILROOM_CO_RETURN_IF_ERROR(Check(length));
    co_await call.Sleep(length);
    co_return remind::v1::NapResponse();
  }

 private:
  static mailroom::Status Check(std::chrono::milliseconds wait) {
    if (wait.count() >= 0 && wait <= kLongest) return mailroom::Status();
    return mailroom::InvalidArgument("a wait is from 0 to " + std::to_string(kLongest.count()) +
                                     " ms");
  }

  int32_t waiting_ = 0;
  int32_t missed_ = 0;
};
