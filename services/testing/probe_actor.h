// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mailroom/probe/v1/probe.mailroom.h"

// ProbeActor: writes down what happens to its calls: "start a", "end a", "canceled a"
// when the handler sees that it is, "gone a" when its frame is destroyed before its end.
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

  explicit ProbeActor(Log& log) : log_(log) {}

  Task<Result<Response>> Exclusive(const Request& request, Call& call) {
    return Probe(request, call);
  }
  Task<Result<Response>> Concurrent(const Request& request, Call& call) {
    return Probe(request, call);
  }
  Task<Result<Response>> Peek(const Request& request, Call& call) { return Probe(request, call); }
  Result<Response> AtOnce(const Request& request, Call& call);

  // Of the request seen last: its arena, and what its word had room for.
  const google::protobuf::Arena* last_arena() const { return last_arena_; }
  size_t last_capacity() const { return last_capacity_; }

 private:
  void Look(const Request& request);
  Task<Result<Response>> Probe(const Request& request, Call& call);

  Log& log_;
  const google::protobuf::Arena* last_arena_ = nullptr;
  size_t last_capacity_ = 0;
};

}  // namespace mailroom::services::testing
