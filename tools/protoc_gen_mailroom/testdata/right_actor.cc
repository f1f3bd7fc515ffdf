// SPDX-License-Identifier: Apache-2.0
// Compiles: the proof that the others fail for their mistakes alone.
#include "tools/protoc_gen_mailroom/testdata/checks.mailroom.h"

namespace mailroom::testdata::checks {

struct Elsewhere {
  Result<Reply> Missing(const Request&, Call&) { return Reply(); }
};

// Each way that a handler may be written.
class RightActor final : public CheckServiceActor<RightActor>, public Elsewhere {
 public:
  Result<Reply> Right(const Request&, Call&) { return Reply(); }
  Task<Result<Reply>> RightTask(const Request&, Call&) { co_return Reply(); }
  Result<Reply> RequestByValue(const Request&, Call&) const { return Reply(); }
  Result<Reply> OtherRequest(const Request&, Call&) noexcept { return Reply(); }
  static Result<Reply> WithoutCall(const Request&, Call&) { return Reply(); }
  Result<Reply> BareReply(const Request&, Call&) { return Reply(); }
  Result<Reply> BareReply(int) { return Reply(); }
  virtual Task<Result<Reply>> TaskWithoutResult(const Request&, Call&) { co_return Reply(); }
  auto OtherReply(const auto&, Call&) -> Result<Reply> { return Reply(); }
  auto Protected(const Request&, Call&) -> mailroom::Result<Reply> { return Reply(); }
  Result<Reply> Hidden(const Request&, Call&) const noexcept { return Reply(); }
};

RightActor actor;

}  // namespace mailroom::testdata::checks
