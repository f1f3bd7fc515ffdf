// SPDX-License-Identifier: Apache-2.0
// A server that says back what came beside a message: tests/clients/run.
#include <chrono>
#include <string>

#include "mailroom/rpc/error_detail.h"
#include "mailroom/server/server.h"
#include "tests/clients/mirror.mailroom.h"

namespace mailroom::tests {
namespace {

class MirrorActor final : public mirror::v1::MirrorServiceActor<MirrorActor> {
 public:
  Task<Result<mirror::v1::ReflectResponse>> Reflect(const mirror::v1::ReflectRequest& request,
                                                    Call& call) {
    for (size_t i = 0; i < call.metadata().size(); ++i) {
      const Metadata::Entry entry = call.metadata()[i];
      if (!entry.key.starts_with("x-")) continue;
      call.headers().Add(entry.key, entry.value);
      call.trailers().Add(entry.key, entry.value);
    }
    if (request.delay_ms() > 0) {
      const std::chrono::milliseconds delay(request.delay_ms());
      co_await call.Sleep(delay);
    }
    mirror::v1::ReflectResponse response;
    response.set_text(request.text());
    response.set_has_deadline(call.deadline() != kForever);
    co_return response;
  }

  Result<mirror::v1::FailResponse> Fail(const mirror::v1::FailRequest& request, Call&) {
    Status status(Code::kFailedPrecondition, request.message());
    status.AddDetail(rpc::MakeErrorDetail(request.grievance()));
    return status;
  }
};

}  // namespace
}  // namespace mailroom::tests

int main(int argc, char** argv) {
  mailroom::Server server;
  server.Add<mailroom::tests::MirrorActor>();
  return server.Main(argc, argv);
}
