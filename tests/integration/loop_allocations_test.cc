// SPDX-License-Identifier: Apache-2.0
// In its steady state a loop asks the heap for nothing: between the read of a request and
// the flush of its answer everything comes from pools. Counted on the loop's own thread.
#include <pthread.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/testing/allocation_counter.h"
#include "mailroom/greet/v1/greet.mailroom.h"
#include "mailroom/server/server.h"
#include "mailroom/tests/integration/http_client.h"
#include "mailroom/tests/integration/scale.h"

namespace mailroom::tests {
namespace {

constexpr size_t kConnections = 64;
constexpr int kRounds = Scaled(50);

const std::string kProto =
    CallText("/mailroom.greet.v1.GreetService/Greet", "application/proto", "\n\x05world");
const std::string kJson =
    CallText("/mailroom.greet.v1.GreetService/Greet", "application/json", "{\"name\":\"world\"}",
             "Connect-Protocol-Version: 1\r\nConnect-Timeout-Ms: 60000\r\n");

// What is held stands still until it is let go: the actor's worker in its handler, the loop's
// thread in a signal handler. So a test decides how much piles up before either goes on.
std::atomic<bool> g_actor_held{false};
std::atomic<bool> g_actor_stands{false};
std::atomic<bool> g_loop_held{false};
std::atomic<bool> g_loop_stands{false};

void StandStill(int) {
  g_loop_stands.store(true);
  while (g_loop_held.load()) std::this_thread::yield();
  g_loop_stands.store(false);
}

class HeldGreetActor final : public greet::v1::GreetServiceActor<HeldGreetActor> {
 public:
  Result<greet::v1::GreetResponse> Greet(const greet::v1::GreetRequest& request, Call&) {
    while (g_actor_held.load()) {
      g_actor_stands.store(true);
      std::this_thread::yield();
    }
    g_actor_stands.store(false);
    greet::v1::GreetResponse response;
    response.set_message("Hello, " + request.name());
    return response;
  }
};

// A server whose loop's thread tells what it has asked for.
class CountedServer final {
 public:
  explicit CountedServer(int workers) : workers_(workers), server_(Options(workers)) {
    server_.Add<HeldGreetActor>();
    const Status started = server_.Start();
    EXPECT_TRUE(started.ok()) << started.message();
    thread_ = std::thread([this] {
      counted_.store(new testing::ThreadAllocations, std::memory_order_release);
      EXPECT_TRUE(server_.Serve().ok());
    });
    while (counted_.load(std::memory_order_acquire) == nullptr) std::this_thread::yield();
    for (size_t i = 0; i < kConnections; ++i) {
      clients_.push_back(std::make_unique<HttpClient>(server_.address()));
    }
  }
  ~CountedServer() {
    clients_.clear();
    server_.RequestStop();
    thread_.join();
    delete counted_.load();
  }

  // What the loop allocates for kRounds rounds once it knows the request and has seen
  // its pools as full as they can become.
  uint64_t InSteadyState(const std::string& request, int depth) {
    for (int i = 0; i < 3; ++i) {
      // One more, so that what fills a queue begins in the middle of a block of it.
      answered_ = answered_ && clients_[0]->Call(request).status == 200;
      FillPools(request, 2 * depth);
    }
    const uint64_t before = counted_.load()->count();
    for (int i = 0; i < kRounds; ++i) {
      Send(request, depth);
      Read(depth);
    }
    EXPECT_TRUE(answered_);
    return counted_.load()->count() - before;
  }

 private:
  static ServerOptions Options(int workers) {
    ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    options.admin_listen = "";
    options.workers = workers;
    options.mailbox_capacity = 64 * kConnections;
    return options;
  }

  // A pool grows whenever more is under way than ever before. Here all there can be is: first each
  // call waits in the mailbox, then each reply at the loop, which meets them in one turn.
  void FillPools(const std::string& request, int depth) {
    if (workers_ > 0) {
      const double calls = Metric("mailroom_dispatched_total") + depth * double{kConnections};
      g_actor_held.store(true);
      Send(request, depth);
      // The loop may have posted them all and not woken a worker yet: held there, it never would.
      while (Metric("mailroom_dispatched_total") < calls || !g_actor_stands.load()) {
        std::this_thread::yield();
      }
      HoldLoop();
      g_actor_held.store(false);
      while (Metric("mailroom_mailbox_depth{actor=\"mailroom.greet.v1.GreetService\"}") > 0) {
        std::this_thread::yield();
      }
    } else {
      HoldLoop();
      Send(request, depth);
    }
    g_loop_held.store(false);
    Read(depth);
  }

  void HoldLoop() {
    struct sigaction action{};
    action.sa_handler = StandStill;
    ASSERT_EQ(sigaction(SIGUSR1, &action, nullptr), 0);
    g_loop_held.store(true);
    ASSERT_EQ(pthread_kill(thread_.native_handle(), SIGUSR1), 0);
    while (!g_loop_stands.load()) std::this_thread::yield();
  }

  double Metric(const std::string& series) const {
    const std::string text = server_.Metrics();
    const size_t at = text.find("\n" + series + " ");
    EXPECT_NE(at, std::string::npos) << series;
    return at == std::string::npos ? 0 : std::stod(text.substr(at + series.size() + 2));
  }

  // `depth` requests on each connection at once.
  void Send(const std::string& request, int depth) {
    std::string requests;
    for (int i = 0; i < depth; ++i) requests += request;
    for (const auto& client : clients_) client->Send(requests);
  }
  void Read(int depth) {
    for (const auto& client : clients_) {
      for (int i = 0; i < depth; ++i) answered_ = answered_ && client->Read()->status == 200;
    }
  }

  const int workers_;
  Server server_;
  std::atomic<testing::ThreadAllocations*> counted_{nullptr};
  std::thread thread_;
  std::vector<std::unique_ptr<HttpClient>> clients_;
  bool answered_ = true;  // every call so far, with 200
};

// One worker. The blocks of the run queue belong to whoever pushes next: a second worker that puts
// the actor back for the first time takes the block that the loop's last cells have left, and the
// loop asks for another. When that happens is chance; with one worker FillPools makes it happen.
TEST(LoopAllocationsTest, PooledCallsTakeNothing) {
  CountedServer server(1);
  EXPECT_EQ(server.InSteadyState(kProto, 1), 0u);
  EXPECT_EQ(server.InSteadyState(kProto, 16), 0u);
}

TEST(LoopAllocationsTest, PooledJsonCallsWithDeadlinesTakeNothing) {
  CountedServer server(1);
  EXPECT_EQ(server.InSteadyState(kJson, 1), 0u);
  EXPECT_EQ(server.InSteadyState(kJson, 16), 0u);
}

// Inline the handler's allocations are the loop's: Greet makes one protobuf string
// for its answer; the text fits into it.
TEST(LoopAllocationsTest, InlineCallsTakeWhatTheHandlerTakes) {
  CountedServer server(0);
  const uint64_t calls = kConnections * kRounds;
  const uint64_t handlers = testing::AllocationCounter::kCounts ? calls : 0;
  EXPECT_EQ(server.InSteadyState(kProto, 1), handlers);
  EXPECT_EQ(server.InSteadyState(kProto, 16), 16 * handlers);
}

}  // namespace
}  // namespace mailroom::tests
