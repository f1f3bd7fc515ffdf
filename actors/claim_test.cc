// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/claim.h"

#include <gtest/gtest.h>

namespace mailroom::actors {
namespace {

constexpr uint32_t kMail = Claim::kHasMail;
constexpr uint32_t kCompletions = Claim::kHasCompletions;
constexpr uint32_t kBlocked = Claim::kBlocked;

TEST(ClaimTest, OnlyThePosterThatFoundItIdleQueuesTheActor) {
  Claim claim;
  EXPECT_TRUE(claim.Posted(kMail));
  EXPECT_FALSE(claim.Posted(kMail)) << "queued already";
  EXPECT_FALSE(claim.Posted(kCompletions)) << "queued already";
}

TEST(ClaimTest, WhoeverPostsWhileItRunsLeavesItToTheWorker) {
  Claim claim;
  ASSERT_TRUE(claim.Posted(kMail));
  EXPECT_EQ(claim.Begin(), kMail);
  EXPECT_FALSE(claim.Posted(kMail));
  EXPECT_TRUE(claim.End(0)) << "the post is seen at the end";
}

TEST(ClaimTest, NothingPostedMeansIdleAfterTheRun) {
  Claim claim;
  ASSERT_TRUE(claim.Posted(kMail));
  static_cast<void>(claim.Begin());
  EXPECT_FALSE(claim.End(0));
  EXPECT_TRUE(claim.Posted(kCompletions)) << "idle: the next post queues";
}

TEST(ClaimTest, WorkLeftOverQueuesItAgain) {
  Claim claim;
  ASSERT_TRUE(claim.Posted(kMail));
  static_cast<void>(claim.Begin());
  EXPECT_TRUE(claim.End(kMail));
  EXPECT_FALSE(claim.Posted(kMail)) << "the worker has queued it";
}

TEST(ClaimTest, BlockedItRunsForCompletionsButNotForMail) {
  Claim claim;
  ASSERT_TRUE(claim.Posted(kMail));
  static_cast<void>(claim.Begin());
  ASSERT_FALSE(claim.End(kBlocked | kMail)) << "mail waits while blocked";
  EXPECT_FALSE(claim.Posted(kMail));
  EXPECT_TRUE(claim.Posted(kCompletions));
  EXPECT_EQ(claim.Begin(), kBlocked | kMail | kCompletions);
  EXPECT_TRUE(claim.End(kMail)) << "no longer blocked: the mail that waited";
}

TEST(ClaimTest, MailThatCameWhileItBecameBlockedWaits) {
  Claim claim;
  ASSERT_TRUE(claim.Posted(kMail));
  static_cast<void>(claim.Begin());
  ASSERT_FALSE(claim.Posted(kMail));
  EXPECT_FALSE(claim.End(kBlocked));
  ASSERT_TRUE(claim.Posted(kCompletions));
  EXPECT_NE(claim.Begin() & kMail, 0u) << "and is not forgotten";
}

}  // namespace
}  // namespace mailroom::actors
