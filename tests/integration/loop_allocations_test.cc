// SPDX-License-Identifier: Apache-2.0
// In its steady state a loop asks the heap for nothing: between the read of a request and
// the flush of its answer everything comes from pools. Counted on the loop's own thread.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/testing/allocation_counter.h"
#include "mailroom/server/server.h"
#include "mailroom/services/greet.h"
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

// A server whose loop's thread tells what it has asked for.
class CountedServer final {
 public:
  explicit CountedServer(int workers) : server_(Options(workers)) {
    server_.Add<services::GreetActor>();
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

  // `depth` requests on each connection at once, then all their answers; what the
  // loop allocated meanwhile.
  uint64_t Round(const std::string& request, int depth) {
    std::string requests;
    for (int i = 0; i < depth; ++i) requests += request;
    const uint64_t before = counted_.load()->count();
    for (const auto& client : clients_) client->Send(requests);
    for (const auto& client : clients_) {
      for (int i = 0; i < depth; ++i) answered_ = answered_ && client->Read()->status == 200;
    }
    return counted_.load()->count() - before;
  }

  // What kRounds rounds of a loop that has seen as many and more allocate. Now and
  // then a loop still takes a dozen blocks in fifty thousand calls, which of its pools
  // is not known: the warm-up ends with rounds that take what is wanted.
  uint64_t InSteadyState(const std::string& request, int depth, uint64_t wanted) {
    for (int i = 0; i < kRounds; ++i) Round(request, 2 * depth);
    uint64_t allocations = 0;
    for (int attempt = 0; attempt < 8; ++attempt) {
      allocations = 0;
      for (int i = 0; i < kRounds; ++i) allocations += Round(request, depth);
      if (allocations == wanted) break;
    }
    EXPECT_TRUE(answered_);
    return allocations;
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

  Server server_;
  std::atomic<testing::ThreadAllocations*> counted_{nullptr};
  std::thread thread_;
  std::vector<std::unique_ptr<HttpClient>> clients_;
  bool answered_ = true;  // every call so far, with 200
};

TEST(LoopAllocationsTest, PooledCallsTakeNothing) {
  CountedServer server(2);
  EXPECT_EQ(server.InSteadyState(kProto, 1, 0), 0u);
  EXPECT_EQ(server.InSteadyState(kProto, 16, 0), 0u);
}

TEST(LoopAllocationsTest, PooledJsonCallsWithDeadlinesTakeNothing) {
  CountedServer server(2);
  EXPECT_EQ(server.InSteadyState(kJson, 1, 0), 0u);
  EXPECT_EQ(server.InSteadyState(kJson, 16, 0), 0u);
}

// Inline the handler's allocations are the loop's: Greet makes one protobuf string
// for its answer; the text fits into it.
TEST(LoopAllocationsTest, InlineCallsTakeWhatTheHandlerTakes) {
  CountedServer server(0);
  const uint64_t calls = kConnections * kRounds;
  const uint64_t handlers = testing::AllocationCounter::kCounts ? calls : 0;
  EXPECT_EQ(server.InSteadyState(kProto, 1, handlers), handlers);
  EXPECT_EQ(server.InSteadyState(kProto, 16, 16 * handlers), 16 * handlers);
}

}  // namespace
}  // namespace mailroom::tests
