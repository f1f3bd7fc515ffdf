// SPDX-License-Identifier: Apache-2.0
// Where the requests of a service actor live, and what one leaves to the next
// (docs/design/0013). Each test runs with memory that is kept and with memory that is
// not: also under AddressSanitizer, whose lane keeps none elsewhere.
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/services/testing/probe_actor.h"
#include "mailroom/services/testing/service_stage.h"

namespace mailroom::services {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using testing::ProbeActor;

class ServiceRequestsTest : public ::testing::TestWithParam<bool> {
 protected:
  ServiceRequestsTest() { actor_->KeepRequests(keeps()); }

  static bool keeps() { return GetParam(); }

  ProbeActor::Log log_;
  std::unique_ptr<ProbeActor> owned_ = std::make_unique<ProbeActor>(log_);
  ProbeActor* const actor_ = owned_.get();
  testing::Stage stage_{ProbeActor::Spec(), std::move(owned_)};
};

INSTANTIATE_TEST_SUITE_P(Memory, ServiceRequestsTest, ::testing::Bool(),
                         [](const auto& given) { return given.param ? "Kept" : "New"; });

// S4: the request lives in its job's arena, and so do references to it across a
// co_await (AddressSanitizer judges); the arenas serve call after call.
TEST_P(ServiceRequestsTest, S4_RequestsLiveInTheArenaOfTheirJob) {
  std::set<const google::protobuf::Arena*> arenas;
  for (const std::string& word : {std::string("short"), std::string(20000, 'x')}) {
    ProbeActor::Request request;
    request.set_word(word);
    request.set_sleep_ms(10);
    const CallId call = stage_.Post(ProbeActor::kExclusive, request.SerializeAsString());
    stage_.Run();
    stage_.RunAfter(milliseconds(10));
    ProbeActor::Response response;
    ASSERT_TRUE(response.ParseFromString(stage_.ReplyTo(call)->reply));
    EXPECT_EQ(response.word(), word);
    ASSERT_NE(actor_->seen().arena, nullptr);
    arenas.insert(actor_->seen().arena);
  }
  EXPECT_EQ(arenas.size(), 1u);
}

// A request is parsed into the message of the one before: nothing of that is seen.
TEST_P(ServiceRequestsTest, ARequestHoldsNothingOfTheOneBefore) {
  ProbeActor::Request full;
  full.set_word("word");
  full.set_sleep_ms(1);
  full.add_more()->set_word("more");
  full.mutable_nested()->set_word("nested");
  (*full.mutable_numbers())["one"] = 1;
  const std::string unknown = "\xfa\x7f\x02hi";  // field 2047
  const std::vector<std::pair<std::string, WireFormat>> empty = {
      {"", WireFormat::kProto}, {"{}", WireFormat::kJson}, {R"({"none": 1})", WireFormat::kJson}};
  for (const auto& [bytes, format] : empty) {
    stage_.Post(ProbeActor::kAtOnce, full.SerializeAsString() + unknown);
    stage_.Post(ProbeActor::kAtOnce, R"({"text": "torn", "fail": true)", WireFormat::kJson);
    stage_.Run();
    EXPECT_THAT(actor_->seen().text, HasSubstr("2047")) << "the full one";
    const CallId call = stage_.Post(ProbeActor::kAtOnce, bytes, format);
    stage_.Run();
    EXPECT_EQ(stage_.ReplyTo(call)->status.code(), Code::kOk) << bytes;
    EXPECT_EQ(actor_->seen().text, "") << bytes;
  }
}

// What strings had room for is kept for the next call, but not of large requests, nor of
// many.
TEST_P(ServiceRequestsTest, ARequestKeepsLittleRoomForTheNext) {
  const auto look_at = [&](const ProbeActor::Request& request) {
    stage_.Post(ProbeActor::kAtOnce, request.SerializeAsString());
    stage_.Run();
    return actor_->seen();
  };
  const auto capacity_after = [&](size_t word_bytes) {
    ProbeActor::Request request;
    request.set_word(std::string(word_bytes, 'x'));
    return look_at(request).capacity;
  };
  EXPECT_GE(capacity_after(1000), 1000u);
  EXPECT_EQ(capacity_after(1) >= 1000, keeps());
  EXPECT_GE(capacity_after(100000), 100000u);
  EXPECT_LT(capacity_after(1), 100u);

  EXPECT_GE(capacity_after(2000), 2000u);
  for (int call = 0; call < 10; ++call) capacity_after(500);
  EXPECT_LT(capacity_after(1), 2000u) << "many come to as much as a large one";

  ProbeActor::Request wide;  // few bytes, much memory
  for (int at = 0; at < 200; ++at) wide.add_more();
  const size_t wide_bytes = look_at(wide).arena_bytes;
  EXPECT_GT(wide_bytes, 8192u);
  EXPECT_LE(look_at(ProbeActor::Request()).arena_bytes, 4096u);
}

}  // namespace
}  // namespace mailroom::services
