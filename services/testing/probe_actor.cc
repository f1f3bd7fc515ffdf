// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/testing/probe_actor.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <stdexcept>

namespace mailroom::services::testing {
namespace {

// Tells when a frame is destroyed before its end.
class Witness final {
 public:
  Witness(ProbeActor::Log& log, const std::string& word) : log_(log), word_(word) {}
  ~Witness() {
    if (!ended_) log_.push_back("gone " + word_);
  }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  void End() {
    ended_ = true;
    log_.push_back("end " + word_);
  }

 private:
  ProbeActor::Log& log_;
  const std::string word_;
  bool ended_ = false;
};

void FailIf(bool wanted) {
  if (!wanted) return;
  std::rethrow_exception(std::make_exception_ptr(std::runtime_error("a secret of the handler")));
}

uint32_t Sleeps(const ProbeActor::Request& request) {
  return request.sleep_ms() == 0 ? request.sleeps() : std::max(request.sleeps(), 1u);
}

}  // namespace

void ProbeActor::Look(const Request& request) {
  const google::protobuf::Arena* const arena = request.GetArena();
  seen_ = Seen{request.ShortDebugString(), request.word().capacity(), arena,
               arena == nullptr ? 0 : arena->SpaceAllocated()};
}

Result<ProbeActor::Response> ProbeActor::AtOnce(const Request& request, Call&) {
  log_.push_back("start " + request.word());
  Look(request);
  FailIf(request.fail());
  if (request.ok_status()) return Status();
  if (request.value_of_error()) static_cast<void>(Result<int>(NotFound("nothing")).value());
  log_.push_back("end " + request.word());
  Response response;
  response.set_word(request.word());
  return response;
}

Task<Result<ProbeActor::Response>> ProbeActor::Probe(const Request& request, Call& call) {
  log_.push_back("start " + request.word());
  Witness witness(log_, request.word());
  Look(request);
  FailIf(request.fail());
  for (uint32_t sleeps = 0; sleeps < Sleeps(request); ++sleeps) {
    if (sleeps > 0) log_.push_back("step " + request.word());
    const std::chrono::milliseconds delay(request.sleep_ms());
    if (request.sleep_ms() == 0) {
      co_await call.Yield();
    } else {
      co_await call.Sleep(delay);
    }
  }
  FailIf(request.fail_late());
  if (request.ok_status()) co_return Status();
  if (call.canceled()) log_.push_back("canceled " + request.word());
  Response response;
  response.set_word(request.word());
  witness.End();
  co_return response;
}

}  // namespace mailroom::services::testing
