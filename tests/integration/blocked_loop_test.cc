// SPDX-License-Identifier: Apache-2.0
// A handler that blocks a loop for ever: a signal must still end the process.
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/testing/bounded_wait.h"
#include "mailroom/greet/v1/greet.mailroom.h"
#include "mailroom/server/server.h"
#include "mailroom/tests/integration/http_client.h"
#include "mailroom/tests/integration/stateless.h"

namespace mailroom::tests {
namespace {

constexpr const char* kGreet = "/mailroom.greet.v1.GreetService/Greet";

std::latch never(1);
std::latch blocked(1);

// Blocks wherever it runs but on the first loop.
class Blocker final : public greet::v1::GreetServiceActor<Blocker> {
 public:
  explicit Blocker(std::thread::id first) : first_(first) {}

  Result<greet::v1::GreetResponse> Greet(const greet::v1::GreetRequest&, Call&) {
    if (std::this_thread::get_id() != first_) {
      blocked.count_down();
      never.wait();
    }
    return greet::v1::GreetResponse();
  }

 private:
  const std::thread::id first_;
};

// Of the main thread. The kernel's mask has signal n in its bit n - 1.
bool Blocks(int signal_number) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "SigBlk:") continue;
    uint64_t mask = 0;
    status >> std::hex >> mask;
    return (mask >> (signal_number - 1) & 1) != 0;
  }
  return true;
}

void CallUntilALoopIsBlocked(const std::string& address) {
  std::vector<std::unique_ptr<HttpClient>> clients;
  while (!blocked.try_wait()) {
    clients.push_back(std::make_unique<HttpClient>(address));
    clients.back()->Send(CallText(kGreet, "application/json", "{}"));
    std::this_thread::yield();
  }
}

// Serves until a signal; ends by an alarm when none does it.
void Serve() {
  const testing::HangAlarm alarm;
  ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.admin_listen.clear();
  options.io_threads = 2;
  options.workers = 0;
  options.drain_timeout = Duration(1);
  Server server(options);
  server.AddFactory(StatelessSpec<Blocker>(),
                    [id = std::this_thread::get_id()] { return std::make_unique<Blocker>(id); });
  server.DrainOnSignals();
  if (!server.Start().ok()) std::_Exit(1);
  std::thread caller([&server] {
    CallUntilALoopIsBlocked(server.address());
    ::kill(::getpid(), SIGTERM);
    while (Blocks(SIGTERM)) std::this_thread::yield();
    ::kill(::getpid(), SIGTERM);
  });
  caller.detach();
  static_cast<void>(server.Serve());
}

TEST(BlockedLoopDeathTest, ASecondSignalEndsTheProcessThatABlockedLoopHolds) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(Serve(), ::testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace mailroom::tests
