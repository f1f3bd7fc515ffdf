// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "mailroom/services/testing/service_stage.h"
#include "stock_actor.h"

using mailroom::Code;

// The actor on a stage: nothing runs before the test says so.
class StockTest : public testing::Test {
 protected:
  template <class Request>
  static Request Of(const std::string& item, int32_t count) {
    Request request;
    request.set_item(item);
    request.set_count(count);
    return request;
  }
  auto Put(const std::string& item, int32_t count) {
    return stage_.Finish(client_.Put(Of<stock::v1::PutRequest>(item, count)));
  }
  auto Take(const std::string& item, int32_t count) {
    return stage_.Finish(client_.Take(Of<stock::v1::TakeRequest>(item, count)));
  }

  mailroom::services::testing::ServiceStage<StockActor> stage_{size_t{2}};
  stock::v1::StockServiceClient client_{stage_.channel()};
};

TEST_F(StockTest, WhatIsPutCanBeTaken) {
  EXPECT_EQ(Put("tea", 3)->in_stock(), 3);
  EXPECT_EQ(Take("tea", 2)->in_stock(), 1);
  EXPECT_EQ(Take("rum", 1).status().code(), Code::kNotFound);
  EXPECT_EQ(Take("tea", 0).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(Put("", 1).status().code(), Code::kInvalidArgument);
}

TEST_F(StockTest, AShortageSaysWhatIsThere) {
  EXPECT_TRUE(Put("tea", 3).ok());
  const mailroom::Status status = Take("tea", 4).status();
  EXPECT_EQ(status.code(), Code::kFailedPrecondition);
  stock::v1::Shortage shortage;
  ASSERT_EQ(status.details().size(), 1u);
  ASSERT_TRUE(mailroom::rpc::UnpackErrorDetail(status.details()[0], &shortage));
  EXPECT_EQ(shortage.in_stock(), 3);
  EXPECT_EQ(Take("tea", 3)->in_stock(), 0);
}

TEST_F(StockTest, OfTwoWhoWantTheLastOneGetsIt) {
  EXPECT_TRUE(Put("tea", 1).ok());
  const auto last = Of<stock::v1::TakeRequest>("tea", 1);
  auto first = stage_.Start(client_.Take(last));
  auto second = stage_.Start(client_.Take(last));
  EXPECT_FALSE(first.done());  // both wait in the mailbox
  stage_.Run();
  EXPECT_EQ(first.Take()->in_stock(), 0);
  EXPECT_EQ(second.Take().status().code(), Code::kFailedPrecondition);
}

TEST_F(StockTest, NothingGrowsWithoutABound) {
  EXPECT_TRUE(Put("tea", StockActor::kMostOfAnItem).ok());
  EXPECT_TRUE(Put("rum", 1).ok());
  EXPECT_EQ(Put("tea", 1).status().code(), Code::kResourceExhausted);
  EXPECT_EQ(Put("salt", 1).status().code(), Code::kResourceExhausted);
  EXPECT_TRUE(Put("rum", 1).ok());
}
