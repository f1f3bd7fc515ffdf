// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mailroom/services/testing/probe_actor.h"
#include "mailroom/services/testing/service_stage.h"

// ProbeStage: a ProbeActor on a stage, called with bytes as an I/O actor does.
namespace mailroom::services::testing {

struct ProbeStage {
  ProbeActor::Log log;
  ServiceStage<ProbeActor> stage{log};

  static ProbeActor::Request Asking(std::string_view word, uint32_t sleep_ms) {
    ProbeActor::Request request;
    request.set_word(std::string(word));
    request.set_sleep_ms(sleep_ms);
    return request;
  }
  CallId Post(uint32_t method, const ProbeActor::Request& request) {
    return stage.Post(method, request.SerializeAsString());
  }
  CallId Post(uint32_t method, std::string_view word, uint32_t sleep_ms = 0) {
    return Post(method, Asking(word, sleep_ms));
  }
  // Throws when it begins, or behind its sleep.
  CallId PostFailing(uint32_t method, std::string_view word, uint32_t sleep_ms) {
    ProbeActor::Request request = Asking(word, sleep_ms);
    request.set_fail(sleep_ms == 0);
    request.set_fail_late(sleep_ms > 0);
    return Post(method, request);
  }
  // The code of the answer, or nothing yet.
  std::optional<Code> CodeOf(CallId call) {
    const actors::Envelope* const reply = stage.ReplyTo(call);
    if (reply == nullptr) return std::nullopt;
    return reply->status.code();
  }
  // REQUIRES: it is answered.
  std::string WordOf(CallId call) {
    ProbeActor::Response response;
    return response.ParseFromString(stage.ReplyTo(call)->reply) ? response.word() : "no response";
  }
};

}  // namespace mailroom::services::testing
