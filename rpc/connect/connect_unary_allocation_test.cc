// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "mailroom/base/testing/allocation_counter.h"
#include "mailroom/rpc/connect/connect_unary.h"

namespace mailroom::rpc {
namespace {

using mailroom::testing::AllocationCounter;

constexpr MethodSpec kMethod{.name = "Echo", .path = "/a.B/Echo"};

// The hall's part of one call after the other, with everything reused: the
// envelope's metadata and body, the answer.
class SteadyCalls {
 public:
  SteadyCalls() {
    // What a Connect client sends, for the request side.
    headers_.Add("Host", "127.0.0.1:8080");
    headers_.Add("User-Agent", "connect-go/1.18.1 (go1.24.0)");
    headers_.Add("Content-Type", "application/json");
    headers_.Add("Content-Length", "300");
    headers_.Add("Connect-Protocol-Version", "1");
    headers_.Add("Connect-Timeout-Ms", "5000");
    headers_.Add("Accept-Encoding", "gzip");
  }

  void Run(const Status& status) {
    http::Head head;
    head.method = "POST";
    head.headers = &headers_;
    CallHead call;
    const Protocol& protocol = ConnectUnary();
    ASSERT_TRUE(protocol.Claims("POST", "application/json").has_value());
    ASSERT_TRUE(protocol.Accept(head, kMethod, &call, &metadata_).ok());
    ASSERT_TRUE(protocol.OpenBody(&message_).ok());
    message_.assign(kReply);
    protocol.Finish(call, {&status, &none_, &none_, &message_}, &answer_);
    ASSERT_EQ(answer_.status, status.ok() ? 200 : 503);
  }

 private:
  static constexpr std::string_view kReply =
      R"({"message":"longer than any string that fits into its own object"})";
  http::Headers headers_;
  Metadata metadata_;
  Metadata none_;
  std::string message_;
  Answer answer_;
};

TEST(ConnectUnaryAllocationTest, SuccessAllocatesNothingInSteadyState) {
  SteadyCalls calls;
  for (int i = 0; i < 3; ++i) calls.Run(Status());
  const AllocationCounter allocations;
  for (int i = 0; i < 100; ++i) calls.Run(Status());
  EXPECT_EQ(allocations.count(), 0u);
}

TEST(ConnectUnaryAllocationTest, StaticErrorAllocatesNothingInSteadyState) {
  const Status shed = Status::Static(Code::kUnavailable, "the mailbox is full (64 envelopes)");
  SteadyCalls calls;
  for (int i = 0; i < 3; ++i) calls.Run(shed);
  const AllocationCounter allocations;
  for (int i = 0; i < 100; ++i) calls.Run(shed);
  EXPECT_EQ(allocations.count(), 0u);
}

}  // namespace
}  // namespace mailroom::rpc
