// SPDX-License-Identifier: Apache-2.0
// A server whose handlers sleep as they are told and answer how late they woke.
// bench/sleepers.py starts it with an inline runner and with workers.
#include <chrono>

#include "bench/sleepers.mailroom.h"
#include "mailroom/server/server.h"

namespace {

using mailroom::bench::v1::SleeperServiceActor;
using mailroom::bench::v1::SleepRequest;
using mailroom::bench::v1::SleepResponse;
using std::chrono::duration_cast;
using std::chrono::microseconds;

class SleeperActor final : public SleeperServiceActor<SleeperActor> {
 public:
  mailroom::Task<mailroom::Result<SleepResponse>> Sleep(const SleepRequest& request,
                                                        mailroom::Call& call) {
    SleepResponse response;
    for (const uint32_t period : request.periods_us()) {
      const mailroom::TimePoint due = call.now() + microseconds(period);
      co_await call.Sleep(microseconds(period));
      const auto late = duration_cast<microseconds>(call.now() - due);
      response.add_late_us(static_cast<uint32_t>(late.count()));
    }
    co_return response;
  }
};

}  // namespace

int main(int argc, char** argv) {
  mailroom::Server server;
  server.Add<SleeperActor>();
  return server.Main(argc, argv);
}
