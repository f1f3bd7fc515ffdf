// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/testing/fake_poller.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/io/testing/loopback.h"

namespace mailroom::io {
namespace {

constexpr SlotId kWakeToken(SlotKind::kWake, 0, 0, 1);
constexpr SlotId kToken(SlotKind::kConnection, 0, 1, 1);

class FakePollerTest : public ::testing::Test {
 protected:
  FakePollerTest() : poller_(&clock_), pair_(Peer::Pair()), near_(pair_.second) {
    EXPECT_TRUE(poller_.Init(kWakeToken).ok());
    EXPECT_TRUE(poller_.Add(near_.get(), kToken, {.readable = true}).ok());
  }
  size_t Wait(std::span<Ready> out, Duration timeout) { return *poller_.Wait(out, timeout); }

  FakeClock clock_;
  FakePoller poller_;
  std::pair<Peer, int> pair_;
  Descriptor near_;
  Ready out_[4];
};

TEST_F(FakePollerTest, AnEmptyWaitMovesTheClockAndAFullOneDoesNot) {
  const TimePoint start = clock_.Now();
  EXPECT_EQ(Wait(out_, std::chrono::hours(1)), 0u);
  EXPECT_EQ(clock_.Now() - start, std::chrono::hours(1));
  pair_.first.Send("x");
  EXPECT_EQ(Wait(out_, std::chrono::hours(1)), 1u);
  EXPECT_EQ(Wait(out_, Duration::zero()), 1u);
  EXPECT_EQ(clock_.Now() - start, std::chrono::hours(1));
  EXPECT_EQ(poller_.wait_count(), 3u);
}

TEST_F(FakePollerTest, WaitingForEverReturnsAndTimeStandsStill) {
  const TimePoint start = clock_.Now();
  EXPECT_EQ(Wait(out_, Duration(-1)), 0u);
  EXPECT_EQ(Wait(out_, Duration::max()), 0u);
  EXPECT_EQ(clock_.Now(), start);
}

TEST_F(FakePollerTest, ScriptedReadinessComesAsWrittenAndInPortions) {
  std::vector<Ready> batch;
  for (uint32_t i = 0; i < 6; ++i) {
    batch.push_back({.token = SlotId(SlotKind::kConnection, 0, i, 9), .writable = true});
  }
  poller_.ScriptReady(batch);
  ASSERT_EQ(Wait(out_, Duration::zero()), 4u);
  EXPECT_EQ(out_[3], batch[3]);
  ASSERT_EQ(Wait(out_, Duration::zero()), 2u);
  EXPECT_EQ(out_[1], batch[5]);
  EXPECT_EQ(Wait(out_, Duration::zero()), 0u);
}

TEST_F(FakePollerTest, SendsAndReceivesAreCutOrFailedInOrder) {
  poller_.ScriptSend(near_.get(), IoResult::Done(5));
  poller_.ScriptSend(near_.get(), IoResult::WouldBlock());
  const std::vector<BytesView> pieces = {"abc", "def"};
  EXPECT_EQ(poller_.Send(near_.get(), pieces).bytes, 5u);
  EXPECT_EQ(poller_.Send(near_.get(), pieces).state, IoResult::State::kWouldBlock);
  EXPECT_EQ(pair_.first.Receive(), "abcde");
  EXPECT_EQ(poller_.Send(near_.get(), pieces).bytes, 6u);

  char buffer[16];
  pair_.first.Send("12345");
  poller_.ScriptReceive(near_.get(), IoResult::Done(2));
  poller_.ScriptReceive(near_.get() + 1, IoResult::Ended());  // another descriptor's
  EXPECT_EQ(poller_.Receive(near_.get(), buffer).bytes, 2u);
  EXPECT_EQ(poller_.Receive(near_.get(), buffer).bytes, 3u);
}

TEST_F(FakePollerTest, FailuresComeOnceAndDoNothing) {
  poller_.FailNextModify(Internal("no"));
  EXPECT_FALSE(poller_.Modify(near_.get(), kToken, {.writable = true}).ok());
  EXPECT_TRUE(poller_.interest(near_.get())->readable);
  EXPECT_TRUE(poller_.Modify(near_.get(), kToken, {.writable = true}).ok());
  EXPECT_FALSE(poller_.interest(near_.get())->readable);
  EXPECT_EQ(poller_.token(near_.get()), kToken);
  EXPECT_EQ(poller_.interest(-1), std::nullopt);
}

}  // namespace
}  // namespace mailroom::io
