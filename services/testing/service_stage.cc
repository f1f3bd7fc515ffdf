// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/testing/service_stage.h"

#include <array>

#include "mailroom/base/check.h"

namespace mailroom::services::testing {

Stage::Stage(const rpc::ServiceSpec& spec, std::unique_ptr<ServiceActor> actor)
    : cell_("stage", kMailboxCapacity, std::move(actor), runner_),
      channel_(std::array{LocalService{&spec, &cell_, &runner_}}),
      ref_(cell_) {}

CallId Stage::Post(uint32_t method, std::string body, WireFormat format, TimePoint deadline) {
  return Post(method, std::move(body), [format, deadline](actors::Envelope& mail) {
    mail.wire.format = format;
    mail.deadline = deadline;
  });
}

CallId Stage::Post(uint32_t method, std::string body,
                   const std::function<void(actors::Envelope&)>& prepare) {
  actors::EnvelopePtr mail(new actors::Envelope);
  mail->method = method;
  mail->request = std::move(body);
  prepare(*mail);
  mail->posted_at = runner_.clock().Now();
  mail->peer = "stage";
  mail->call = CallId(SlotKind::kCall, 0, posted_++, 1);
  mail->home = &home_;
  const CallId call = mail->call;
  MAILROOM_CHECK(ref_.TryPost(&mail));
  runner_.Publish();
  return call;
}

void Stage::Run() {
  for (;;) {
    runner_.RunUntilIdle();
    std::optional<Completion> completion = home_.Take();
    if (!completion) return;
    if (completion->slot.kind() == SlotKind::kCall) {
      const bool first =
          replies_.emplace(completion->slot.word(), std::move(completion->parcel)).second;
      MAILROOM_CHECK(first);  // one answer for each call
    } else {
      SlotId owner;
      static_cast<void>(Resume(suspensions_, std::move(*completion), &owner));
    }
  }
}

void Stage::RunAfter(Duration time) {
  runner_.Advance(time);
  Run();
}

actors::Envelope* Stage::ReplyTo(CallId call) {
  const auto found = replies_.find(call.word());
  return found == replies_.end() ? nullptr : &ParcelAs<actors::Envelope>(*found->second);
}

}  // namespace mailroom::services::testing
