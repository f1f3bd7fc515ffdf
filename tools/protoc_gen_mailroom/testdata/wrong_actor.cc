// SPDX-License-Identifier: Apache-2.0
// Does not compile: compile_errors_test.py reads what the compiler says.
#include "tools/protoc_gen_mailroom/testdata/checks.mailroom.h"

namespace mailroom::testdata::checks {

class WrongActor final : public CheckServiceActor<WrongActor> {
 public:
  Result<Reply> Right(const Request&, Call&) { return Reply(); }
  Task<Result<Reply>> RightTask(const Request&, Call&) { co_return Reply(); }
  Result<Reply> RequestByValue(Request, Call&) { return Reply(); }
  Result<Reply> OtherRequest(const Reply&, Call&) { return Reply(); }
  Result<Reply> WithoutCall(const Request&) { return Reply(); }
  Reply BareReply(const Request&, Call&) { return Reply(); }
  Task<Reply> TaskWithoutResult(const Request&, Call&) { co_return Reply(); }
  Result<Request> OtherReply(const Request&, Call&) { return Request(); }

 protected:
  Result<Reply> Protected(const Request&, Call&) { return Reply(); }

 private:
  Result<Reply> Hidden(const Request&, Call&) { return Reply(); }
};

WrongActor actor;

}  // namespace mailroom::testdata::checks
