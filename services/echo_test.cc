// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/echo.h"

#include <chrono>

#include <gtest/gtest.h>

#include "mailroom/services/testing/service_stage.h"

namespace mailroom::services {
namespace {

using echo::v1::EchoRequest;
using echo::v1::EchoResponse;
using echo::v1::EchoServiceClient;
using std::chrono::milliseconds;
using testing::ServiceStage;

EchoRequest Request(const char* message, uint32_t delay_ms) {
  EchoRequest request;
  request.set_message(message);
  request.set_delay_ms(delay_ms);
  return request;
}

TEST(EchoActorTest, WithoutADelayTheAnswerIsThereAtOnce) {
  ServiceStage<EchoActor> stage;
  EchoServiceClient echo(stage.channel());
  const EchoRequest request = Request("hello", 0);
  EXPECT_EQ(stage.Finish(echo.Echo(request))->message(), "hello");
}

TEST(EchoActorTest, ADelayHoldsUpNobodyElse) {
  ServiceStage<EchoActor> stage;
  EchoServiceClient echo(stage.channel());
  const EchoRequest slow = Request("slow", 30);
  const EchoRequest quick = Request("quick", 0);
  auto caller = stage.Start(echo.Echo(slow));
  EXPECT_EQ(stage.Finish(echo.Echo(quick))->message(), "quick");
  EXPECT_EQ(stage.runner().queued(), 0u);  // no worker is held either
  stage.RunAfter(milliseconds(29));
  EXPECT_FALSE(caller.done());
  stage.RunAfter(milliseconds(1));
  EXPECT_EQ(caller.Take()->message(), "slow");
}

TEST(EchoActorTest, AnHourIsTheLongestDelay) {
  ServiceStage<EchoActor> stage;
  EchoServiceClient echo(stage.channel());
  const EchoRequest too_long = Request("", EchoActor::kMaxDelayMs + 1);
  EXPECT_EQ(stage.Finish(echo.Echo(too_long)).status().code(), Code::kInvalidArgument);
  const EchoRequest longest = Request("", EchoActor::kMaxDelayMs);
  auto caller = stage.Start(echo.Echo(longest));
  stage.Run();
  stage.RunAfter(std::chrono::hours(1));
  EXPECT_TRUE(caller.Take().ok());
}

TEST(EchoActorTest, ItsSpecSaysWhatTheServerMayDoWithIt) {
  const rpc::MethodSpec& method = EchoActor::Spec().methods[0];
  EXPECT_EQ(method.path, "/mailroom.echo.v1.EchoService/Echo");
  EXPECT_TRUE(method.concurrent);
  EXPECT_EQ(method.idempotency, rpc::Idempotency::kNoSideEffects);
}

}  // namespace
}  // namespace mailroom::services
