// SPDX-License-Identifier: Apache-2.0
// Exclusive and concurrent calls of one actor through the whole server, on a clock of the
// test's: what the loop, its deadlines, its drain and pipelining see of them.
#include <chrono>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/io/testing/loopback.h"
#include "mailroom/server/testing/in_memory_server.h"
#include "mailroom/services/testing/probe_actor.h"
#include "mailroom/tests/integration/http_client.h"

namespace mailroom::tests {
namespace {

using services::testing::ProbeActor;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::InMemoryServer;
using testing::TakeReply;

class OverlapTest : public ::testing::Test {
 protected:
  OverlapTest() { server_.Add<ProbeActor>(log_); }

  static std::string Text(const std::string& method, const std::string& word, int sleep_ms,
                          std::string_view extra = "") {
    return CallText("/mailroom.probe.v1.ProbeService/" + method, "application/json",
                    "{\"word\":\"" + word + "\",\"sleepMs\":" + std::to_string(sleep_ms) + "}",
                    extra);
  }
  static int StatusOf(io::Peer& peer) {
    std::string bytes = peer.Receive();
    const auto reply = TakeReply(&bytes);
    return reply ? reply->status : 0;
  }

  ProbeActor::Log log_;
  InMemoryServer server_;
  io::Peer sleeper_ = server_.Connect();
  io::Peer writer_ = server_.Connect();
};

// What server/hall/session.cc's InOrderAtOneActor rests on.
TEST_F(OverlapTest, PipelinedExclusiveCallsRunOneAfterTheOther) {
  sleeper_.Send(Text("Concurrent", "p", 15));
  server_.Turn();
  writer_.Send(Text("Exclusive", "a", 10) + Text("Exclusive", "b", 10) + Text("AtOnce", "c", 0));
  server_.Turn();
  EXPECT_EQ(server_.Metric("mailroom_dispatched_total"), 4) << "ahead of their answers";
  for (int i = 0; i < 4; ++i) server_.Advance(milliseconds(5));
  EXPECT_THAT(log_, ElementsAre("start p", "start a", "end a", "start b", "end b", "end p",
                                "start c", "end c"));
  std::string bytes = writer_.Receive();
  for (const char* word : {"a", "b", "c"}) {
    const auto reply = TakeReply(&bytes);
    ASSERT_TRUE(reply.has_value());
    EXPECT_THAT(reply->body, HasSubstr(word));
  }
}

TEST_F(OverlapTest, TheLoopAnswersAtTheDeadlineOfAKeptCall) {
  sleeper_.Send(Text("Concurrent", "late", 10, "connect-timeout-ms: 20\r\n"));
  server_.Turn();
  writer_.Send(Text("Exclusive", "alone", 40));
  server_.Turn();
  server_.Advance(milliseconds(10));  // its timer has fired: kept
  EXPECT_EQ(StatusOf(sleeper_), 0);
  server_.Advance(milliseconds(10));
  EXPECT_EQ(StatusOf(sleeper_), 504);
  EXPECT_THAT(log_, ElementsAre("start late", "start alone"));
  server_.Advance(milliseconds(20));
  EXPECT_EQ(StatusOf(writer_), 200);
  EXPECT_THAT(log_,
              ElementsAre("start late", "start alone", "end alone", "canceled late", "end late"));
  EXPECT_EQ(server_.Metric("mailroom_stale_replies_total"), 1);
}

TEST_F(OverlapTest, DrainWaitsForKeptCalls) {
  sleeper_.Send(Text("Concurrent", "kept", 10));
  server_.Turn();
  writer_.Send(Text("Exclusive", "alone", 40));
  server_.Turn();
  server_.Advance(milliseconds(10));
  server_.Drain();
  server_.Turn();
  EXPECT_FALSE(server_.drained());
  server_.Advance(milliseconds(30));
  EXPECT_EQ(StatusOf(writer_), 200);
  EXPECT_EQ(StatusOf(sleeper_), 200);
  sleeper_.Close();
  writer_.Close();
  server_.Advance(milliseconds(1));
  EXPECT_TRUE(server_.drained());
}

}  // namespace
}  // namespace mailroom::tests
