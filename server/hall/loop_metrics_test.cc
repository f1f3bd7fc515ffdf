// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "mailroom/server/hall/testing/probed_loop.h"
#include "mailroom/server/ops/metrics.h"
#include "mailroom/server/ops/testing/find_metric.h"

namespace mailroom::server {
namespace {

using std::chrono::milliseconds;

constexpr const char* kDo =
    "grpc_type=\"unary\",grpc_service=\"probe.v1.Probe\",grpc_method=\"Do\",protocol=\"connect\"";

class MetricsTest : public ::testing::Test {
 protected:
  // A series as it is rendered now; -1 when there is none.
  double Read(const std::string& series) {
    const std::string text =
        RenderMetrics({{loop.io_actor->sources()}, {loop.cell.get()}, 3, nullptr});
    return testing::FindMetric(text, series).value_or(-1);
  }
  // A call that takes so long from its head to its answer.
  void Call(Duration takes) {
    loop.KeepMails();
    loop.kept.clear();
    io::Peer peer = loop.Connect();
    peer.Send(ProbedLoop::CallText("Do"));
    loop.Turn();
    loop.Advance(takes);
    actors::Answer(std::move(loop.kept.front()));
    loop.Turn();
  }
  double Bucket(const std::string& bound) {
    return Read("grpc_server_handling_seconds_bucket{" + std::string(kDo) + ",le=\"" + bound +
                "\"}");
  }

  ProbedLoop loop;
};

// Prometheus' buckets hold all that is below their bound.
TEST_F(MetricsTest, ABucketHoldsThoseOfTheSmallerOnes) {
  Call(Duration::zero());
  Call(milliseconds(3));
  Call(milliseconds(200));
  EXPECT_EQ(Bucket("0.001"), 1);
  EXPECT_EQ(Bucket("0.005"), 2);
  EXPECT_EQ(Bucket("0.1"), 2);
  EXPECT_EQ(Bucket("0.25"), 3);
  EXPECT_EQ(Bucket("+Inf"), 3);
  EXPECT_EQ(Read("grpc_server_handling_seconds_count{" + std::string(kDo) + "}"), 3);
  EXPECT_NEAR(Read("grpc_server_handling_seconds_sum{" + std::string(kDo) + "}"), 0.203, 1e-9);
}

TEST_F(MetricsTest, ACallIsCountedByMethodAndCode) {
  Call(Duration::zero());
  const std::string labels = "{" + std::string(kDo) + "}";
  EXPECT_EQ(Read("grpc_server_started_total" + labels), 1);
  EXPECT_EQ(Read("grpc_server_msg_received_total" + labels), 1);
  EXPECT_EQ(Read("grpc_server_msg_sent_total" + labels), 1);
  EXPECT_EQ(Read("grpc_server_handled_total{" + std::string(kDo) + ",grpc_code=\"OK\"}"), 1);
  EXPECT_EQ(
      Read("grpc_server_handled_total{" + std::string(kDo) + ",grpc_code=\"DeadlineExceeded\"}"),
      0);
  EXPECT_EQ(Read("mailroom_actor_handled_total{actor=\"probe.v1.Probe\"}"), 1);
  EXPECT_EQ(Read("mailroom_dispatched_total"), 1);
  EXPECT_EQ(Read("mailroom_attached_total"), 1);
  EXPECT_EQ(Read("mailroom_workers"), 3);
}

TEST_F(MetricsTest, EachReasonHasASeriesOfItsOwn) {
  loop.hall().counters.released[static_cast<size_t>(Released::kReset)].Add(1);
  loop.hall().counters.released[static_cast<size_t>(Released::kDeadline)].Add(2);
  loop.hall().counters.released[static_cast<size_t>(Released::kClosed)].Add(3);
  EXPECT_EQ(Read("mailroom_released_total{reason=\"reset\"}"), 1);
  EXPECT_EQ(Read("mailroom_released_total{reason=\"deadline\"}"), 2);
  EXPECT_EQ(Read("mailroom_released_total{reason=\"closed\"}"), 3);
}

TEST_F(MetricsTest, LoopsAreSummed) {
  ProbedLoop other;
  loop.hall().counters.dispatched.Add(2);
  other.hall().counters.dispatched.Add(5);
  const std::string text =
      RenderMetrics({{loop.io_actor->sources(), other.io_actor->sources()}, {}, 0, nullptr});
  EXPECT_EQ(testing::FindMetric(text, "mailroom_dispatched_total"), 7);
}

}  // namespace
}  // namespace mailroom::server
