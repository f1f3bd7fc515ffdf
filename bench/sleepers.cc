// SPDX-License-Identifier: Apache-2.0
// A server whose handlers sleep as they are told and answer how late they woke, and one
// that counts. bench/sleepers.py and bench/beside_a_sleeper.py start it.
#include <chrono>
#include <cstdint>

#include "bench/sleepers.mailroom.h"
#include "mailroom/server/server.h"

namespace {

using mailroom::bench::v1::CountRequest;
using mailroom::bench::v1::CountResponse;
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

  mailroom::Result<CountResponse> Count(const CountRequest&, mailroom::Call&) {
    CountResponse response;
    response.set_calls(++calls_);
    return response;
  }

 private:
  uint64_t calls_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  mailroom::Server server;
  server.Add<SleeperActor>();
  return server.Main(argc, argv);
}
