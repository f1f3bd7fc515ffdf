// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <deque>

#include <gtest/gtest.h>

#include "mailroom/base/run_blocking.h"
#include "mailroom/server/testing/in_memory_server.h"
#include "mailroom/services/testing/service_stage.h"
#include "remind_actor.h"

using mailroom::Code;
using mailroom::services::testing::ServiceStage;
using std::chrono::milliseconds;

static remind::v1::RemindRequest After(int32_t ms) {
  remind::v1::RemindRequest request;
  request.set_text("tea");
  request.set_after_ms(ms);
  return request;
}

TEST(RemindTest, S30_FiftyWaitOnOneThreadAndEachEndsInItsTime) {
  ServiceStage<RemindActor> stage;
  remind::v1::RemindServiceClient client(stage.channel());
  std::deque<remind::v1::RemindRequest> requests;
  std::deque<decltype(stage.Start(client.Remind(requests[0])))> calls;
  for (int32_t ms = 1; ms <= 50; ++ms) {
    requests.push_back(After(ms));
    calls.push_back(stage.Start(client.Remind(requests.back())));
  }
  stage.Run();
  for (int32_t left = 49; left >= 0; --left) {
    EXPECT_FALSE(calls.front().done());
    stage.RunAfter(milliseconds(1));
    ASSERT_TRUE(calls.front().done());
    EXPECT_EQ(calls.front().Take()->waiting(), left);
    calls.pop_front();
  }
}

TEST(RemindTest, ANapKeepsTheActorToItself) {
  ServiceStage<RemindActor> stage;
  remind::v1::RemindServiceClient client(stage.channel());
  remind::v1::NapRequest nap;
  nap.set_for_ms(10);
  auto napping = stage.Start(client.Nap(nap));
  const auto now = After(0);
  auto reminder = stage.Start(client.Remind(now));
  stage.Run();
  stage.RunAfter(milliseconds(9));
  EXPECT_FALSE(reminder.done());  // it is still in the mailbox
  stage.RunAfter(milliseconds(1));
  EXPECT_TRUE(napping.Take().ok());
  stage.RunAfter(milliseconds(0));
  EXPECT_TRUE(reminder.Take().ok());
}

TEST(RemindTest, TheServerAnswersAtTheDeadlineAndTheHandlerSeesIt) {
  mailroom::testing::InMemoryServer server;
  server.Add<RemindActor>();
  remind::v1::RemindServiceClient client(server.channel());
  mailroom::rpc::CallOptions options;
  options.timeout = milliseconds(100);
  const auto late = mailroom::RunBlocking(client.Remind(After(500), options));
  EXPECT_EQ(late.status().code(), Code::kDeadlineExceeded);
  server.Advance(milliseconds(500));
  EXPECT_EQ(mailroom::RunBlocking(client.Remind(After(0)))->missed(), 1);
}

TEST(RemindTest, AWaitHasABound) {
  ServiceStage<RemindActor> stage;
  remind::v1::RemindServiceClient client(stage.channel());
  EXPECT_EQ(stage.Finish(client.Remind(After(-1))).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(stage.Finish(client.Remind(After(60'001))).status().code(), Code::kInvalidArgument);
}
