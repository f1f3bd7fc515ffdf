// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/in_process_channel.h"

#include <chrono>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/services/greet.h"
#include "mailroom/services/testing/probe_actor.h"
#include "mailroom/services/testing/service_stage.h"

namespace mailroom::services {
namespace {

using probe::v1::ProbeRequest;
using probe::v1::ProbeResponse;
using probe::v1::ProbeServiceClient;
using std::chrono::milliseconds;
using testing::ProbeActor;
using testing::ServiceStage;

ProbeRequest Request(const char* word, uint32_t sleep_ms = 0) {
  ProbeRequest request;
  request.set_word(word);
  request.set_sleep_ms(sleep_ms);
  return request;
}

TEST(InProcessChannelTest, TheTypedMessageGoesAndComes) {
  ProbeActor::Log log;
  ServiceStage<ProbeActor> stage(log);
  ProbeServiceClient probe(stage.channel());
  const ProbeRequest request = Request("a", 10);
  auto caller = stage.Start(probe.Exclusive(request));
  stage.Run();
  EXPECT_FALSE(caller.done());
  stage.RunAfter(milliseconds(10));
  ASSERT_TRUE(caller.done());
  EXPECT_EQ(caller.Take()->word(), "a");
}

TEST(InProcessChannelTest, TheRequestMayChangeOnceTheCallHasBegun) {
  ProbeActor::Log log;
  ServiceStage<ProbeActor> stage(log);
  ProbeServiceClient probe(stage.channel());
  ProbeRequest request = Request("a");
  auto caller = stage.Start(probe.Exclusive(request));
  request.set_word("changed");
  stage.Run();
  EXPECT_EQ(caller.Take()->word(), "a");
}

TEST(InProcessChannelTest, AServiceThatIsNotHereIsUnimplemented) {
  ServiceStage<GreetActor> stage;
  ProbeServiceClient probe(stage.channel());
  const ProbeRequest request = Request("a");
  const Result<ProbeResponse> result = stage.Finish(probe.AtOnce(request));
  EXPECT_EQ(result.status().code(), Code::kUnimplemented);
  EXPECT_NE(result.status().message().find("/mailroom.probe.v1.ProbeService/AtOnce"),
            std::string_view::npos);
}

TEST(InProcessChannelTest, AFullMailboxIsUnavailable) {
  ProbeActor::Log log;
  ServiceStage<ProbeActor> stage(log);
  ProbeServiceClient probe(stage.channel());
  const ProbeRequest request = Request("a");
  std::vector<testing::Caller<Result<ProbeResponse>>> callers;
  for (size_t i = 0; i < testing::Stage::kMailboxCapacity; ++i) {
    callers.push_back(stage.Start(probe.AtOnce(request)));
  }
  auto refused = stage.Start(probe.AtOnce(request));
  ASSERT_TRUE(refused.done());
  EXPECT_EQ(refused.Take().status().code(), Code::kUnavailable);
  stage.Run();
  for (auto& caller : callers) EXPECT_TRUE(caller.Take().ok());
  EXPECT_TRUE(stage.Finish(probe.AtOnce(request)).ok());
}

TEST(InProcessChannelTest, AnAnswerThatComesAfterTheTimeoutIsDeadlineExceeded) {
  ProbeActor::Log log;
  ServiceStage<ProbeActor> stage(log);
  ProbeServiceClient probe(stage.channel());
  rpc::CallOptions options;
  options.timeout = milliseconds(10);
  const ProbeRequest in_time = Request("in time", 9);
  auto first = stage.Start(probe.Exclusive(in_time, options));
  stage.Run();
  stage.RunAfter(milliseconds(9));
  EXPECT_EQ(first.Take()->word(), "in time");

  const ProbeRequest late = Request("late", 30);
  auto second = stage.Start(probe.Exclusive(late, options));
  stage.Run();
  stage.RunAfter(milliseconds(20));
  EXPECT_FALSE(second.done()) << "the handler is not interrupted, and its caller waits for it";
  stage.RunAfter(milliseconds(10));
  EXPECT_EQ(second.Take().status().code(), Code::kDeadlineExceeded);
  EXPECT_EQ(log, (ProbeActor::Log{"start in time", "end in time", "start late", "end late"}));
}

TEST(InProcessChannelTest, ATimeoutIsTheDeadlineOfTheMail) {
  ProbeActor::Log log;
  ServiceStage<ProbeActor> stage(log);
  ProbeServiceClient probe(stage.channel());
  const ProbeRequest slow = Request("slow", 10);
  const ProbeRequest late = Request("late");
  rpc::CallOptions options;
  options.timeout = milliseconds(5);
  auto first = stage.Start(probe.Exclusive(slow));
  auto second = stage.Start(probe.Exclusive(late, options));
  stage.Run();
  stage.RunAfter(milliseconds(10));
  EXPECT_TRUE(first.Take().ok());
  EXPECT_EQ(second.Take().status().code(), Code::kDeadlineExceeded);
}

// Passes on what it was sent beside the message.
class MirrorActor final : public greet::v1::GreetServiceActor<MirrorActor> {
 public:
  Result<greet::v1::GreetResponse> Greet(const greet::v1::GreetRequest& request, Call& call) {
    call.headers().Add("heard", call.metadata().Find("said").value_or(""));
    call.trailers().Add("peer", call.peer());
    if (request.name().empty()) return PermissionDenied("nobody");
    return greet::v1::GreetResponse();
  }
};

TEST(InProcessChannelTest, MetadataGoesBothWaysAlsoWithAnError) {
  ServiceStage<MirrorActor> stage;
  greet::v1::GreetServiceClient greet(stage.channel());
  rpc::CallOptions options;
  options.metadata.Add("said", "hello");
  const greet::v1::GreetRequest request;
  const auto result = stage.Finish(greet.Greet(request, options));
  EXPECT_EQ(result.status().code(), Code::kPermissionDenied);
  EXPECT_EQ(options.headers.Find("heard"), "hello");
  EXPECT_EQ(options.trailers.Find("peer"), "in-process");
}

TEST(InProcessChannelTest, OptionsServeCallAfterCall) {
  ServiceStage<MirrorActor> stage;
  greet::v1::GreetServiceClient greet(stage.channel());
  ServiceStage<MirrorActor> elsewhere;
  ProbeServiceClient nowhere(elsewhere.channel());
  rpc::CallOptions options;
  options.metadata.Add("said", "hello");
  greet::v1::GreetRequest named;
  named.set_name("Ada");
  for (int call = 0; call < 2; ++call) {
    EXPECT_TRUE(stage.Finish(greet.Greet(named, options)).ok());
    EXPECT_EQ(options.headers.size(), 1u) << "those of this call alone";
    EXPECT_EQ(options.headers.Find("heard"), "hello") << "what is sent stays";
    EXPECT_EQ(options.trailers.size(), 1u);
  }
  const ProbeRequest request = Request("a");
  EXPECT_EQ(elsewhere.Finish(nowhere.AtOnce(request, options)).status().code(),
            Code::kUnimplemented);
  EXPECT_TRUE(options.headers.empty()) << "a call that never left has no answer";
  EXPECT_TRUE(options.trailers.empty());
}

}  // namespace
}  // namespace mailroom::services
