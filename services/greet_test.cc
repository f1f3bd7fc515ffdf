// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/greet.h"

#include <gtest/gtest.h>

#include "mailroom/services/testing/service_stage.h"

namespace mailroom::services {
namespace {

TEST(GreetActorTest, GreetsByName) {
  testing::ServiceStage<GreetActor> stage;
  greet::v1::GreetServiceClient greet(stage.channel());
  greet::v1::GreetRequest request;
  EXPECT_EQ(stage.Finish(greet.Greet(request))->message(), "Hello, ");
  request.set_name("Ada");
  EXPECT_EQ(stage.Finish(greet.Greet(request))->message(), "Hello, Ada");
}

TEST(GreetActorTest, ItsSpecSaysWhatTheServerMayDoWithIt) {
  const rpc::MethodSpec& method = GreetActor::Spec().methods[0];
  EXPECT_TRUE(method.concurrent);
  EXPECT_EQ(method.idempotency, rpc::Idempotency::kNoSideEffects);
}

}  // namespace
}  // namespace mailroom::services
