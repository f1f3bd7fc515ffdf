// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mailroom/probe/v1/probe.mailroom.h"

// ProbeActor: writes down what happens to its calls: "start a", "step a" between two
// sleeps, "end a", "canceled a" when the handler sees that it is, "gone a" when its frame
// is destroyed before its end.
namespace mailroom::services::testing {

class ProbeActor final : public probe::v1::ProbeServiceActor<ProbeActor> {
 public:
  using Request = probe::v1::ProbeRequest;
  using Response = probe::v1::ProbeResponse;
  using Log = std::vector<std::string>;

  // The methods' numbers in the spec.
  static constexpr uint32_t kExclusive = 0;
  static constexpr uint32_t kConcurrent = 1;
  static constexpr uint32_t kPeek = 2;
  static constexpr uint32_t kAtOnce = 3;
  static constexpr uint32_t kInspect = 4;

  explicit ProbeActor(Log& log) : log_(log) {}

  MAILROOM_TASK_WRAPPER Task<Result<Response>> Exclusive(const Request& request, Call& call) {
    return Probe(request, call);
  }
  MAILROOM_TASK_WRAPPER Task<Result<Response>> Concurrent(const Request& request, Call& call) {
    return Probe(request, call);
  }
  MAILROOM_TASK_WRAPPER Task<Result<Response>> Peek(const Request& request, Call& call) {
    return Probe(request, call);
  }
  Result<Response> AtOnce(const Request& request, Call& call);
  MAILROOM_TASK_WRAPPER Task<Result<Response>> Inspect(const Request& request, Call& call) {
    return Probe(request, call);
  }

  // What the request seen last held, what its word had room for, and its arena with what
  // that had taken by then.
  struct Seen {
    std::string text;
    size_t capacity = 0;
    const google::protobuf::Arena* arena = nullptr;
    size_t arena_bytes = 0;
  };
  const Seen& seen() const { return seen_; }

 private:
  void Look(const Request& request);
  Task<Result<Response>> Probe(const Request& request, Call& call);

  Log& log_;
  Seen seen_;
};

}  // namespace mailroom::services::testing
