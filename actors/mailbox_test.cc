// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/mailbox.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/actors/testing/probe_actor.h"
#include "mailroom/base/testing/recording_home.h"

namespace mailroom::actors {
namespace {

using mailroom::testing::RecordingHome;
using testing::MakeMail;

// Mails whose methods are 0 to count-1.
void PostNumbered(Mailbox<EnvelopePtr>& mailbox, RecordingHome& home, uint32_t count) {
  auto sender = mailbox.MakeSender();
  for (uint32_t i = 0; i < count; ++i) {
    EnvelopePtr mail = MakeMail(home, i);
    ASSERT_TRUE(mailbox.TryPost(sender, &mail)) << i;
  }
}

TEST(MailboxTest, FullMailboxRefusesAndLeavesTheMailWithTheSender) {
  RecordingHome home;
  Mailbox<EnvelopePtr> mailbox(64);
  {
    auto sender = mailbox.MakeSender();
    for (uint32_t i = 0; i < 64; ++i) {
      EnvelopePtr mail = MakeMail(home, i);
      ASSERT_TRUE(mailbox.TryPost(sender, &mail)) << i;
      EXPECT_EQ(mail, nullptr);
    }
    EnvelopePtr late = MakeMail(home, 64);
    EXPECT_FALSE(mailbox.TryPost(sender, &late));
    ASSERT_NE(late, nullptr);
    EXPECT_EQ(mailbox.depth(), 64u);

    EnvelopePtr taken;
    ASSERT_TRUE(mailbox.TryTake(&taken));
    EXPECT_TRUE(mailbox.TryPost(sender, &late)) << "one left, one may come";
  }
}

TEST(MailboxTest, MailsOfOneSenderKeepTheirOrder) {
  RecordingHome home;
  Mailbox<EnvelopePtr> mailbox(1000);
  PostNumbered(mailbox, home, 500);
  EnvelopePtr mail;
  for (uint32_t i = 0; i < 500; ++i) {
    ASSERT_TRUE(mailbox.TryTake(&mail));
    EXPECT_EQ(mail->method, i);
  }
  EXPECT_FALSE(mailbox.TryTake(&mail));
}

TEST(MailboxTest, SeveralTakenAtOnceKeepTheirOrderAndMakeRoom) {
  RecordingHome home;
  Mailbox<EnvelopePtr> mailbox(40);
  PostNumbered(mailbox, home, 40);
  std::vector<EnvelopePtr> taken(3);
  EXPECT_EQ(mailbox.TryTake(taken), 3u);
  for (uint32_t i = 0; i < 3; ++i) EXPECT_EQ(taken[i]->method, i);
  EXPECT_EQ(mailbox.depth(), 37u);
  std::vector<EnvelopePtr> rest(64);
  EXPECT_EQ(mailbox.TryTake(rest), Mailbox<EnvelopePtr>::kTakenAtOnce);
  for (uint32_t i = 0; i < Mailbox<EnvelopePtr>::kTakenAtOnce; ++i) {
    EXPECT_EQ(rest[i]->method, i + 3);
  }
  EXPECT_EQ(mailbox.TryTake(rest), 37 - Mailbox<EnvelopePtr>::kTakenAtOnce);
  EXPECT_EQ(mailbox.TryTake(rest), 0u);
  EXPECT_EQ(mailbox.depth(), 0u);
}

// The order is the sender's, whichever thread holds it.
TEST(MailboxTest, ASenderKeepsItsOrderAcrossThreads) {
  RecordingHome home;
  Mailbox<EnvelopePtr> mailbox(64);
  auto sender = mailbox.MakeSender();
  for (uint32_t i = 0; i < 20; ++i) {
    const auto post = [&, i] {
      EnvelopePtr mail = MakeMail(home, i);
      ASSERT_TRUE(mailbox.TryPost(sender, &mail));
    };
    if (i % 2 == 0) {
      post();
    } else {
      std::thread(post).join();
    }
  }
  EnvelopePtr mail;
  for (uint32_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(mailbox.TryTake(&mail));
    EXPECT_EQ(mail->method, i);
  }
}

TEST(MailboxTest, WhatIsLeftGoesHomeAsDropped) {
  RecordingHome home;
  {
    Mailbox<EnvelopePtr> mailbox(8);
    auto sender = mailbox.MakeSender();
    EnvelopePtr mail = MakeMail(home, 3);
    ASSERT_TRUE(mailbox.TryPost(sender, &mail));
  }
  ASSERT_EQ(home.size(), 1u);
  EXPECT_EQ(home.Take()->slot.index(), 3u);
}

struct Counted final : Parcel {
  explicit Counted(int* alive) : Parcel(ParcelKind::kResult), alive_(alive) { ++*alive_; }
  ~Counted() override { --*alive_; }
  int* alive_;
};

TEST(MailboxTest, CompletionsAreNeverRefusedAndDieWithTheMailbox) {
  int alive = 0;
  {
    Mailbox<Completion> mailbox(Mailbox<Completion>::kUnbounded);
    for (uint32_t i = 0; i < 10000; ++i) {
      mailbox.Post(
          Completion{SlotId(SlotKind::kTimer, 0, i, 1), std::make_unique<Counted>(&alive)});
    }
    EXPECT_EQ(mailbox.depth(), 10000u);
    Completion completion;
    ASSERT_TRUE(mailbox.TryTake(&completion));
    EXPECT_EQ(completion.slot.kind(), SlotKind::kTimer);
    EXPECT_EQ(alive, 10000);
  }
  EXPECT_EQ(alive, 0);
}

TEST(MailboxTest, TheBoundHoldsAgainstSeveralSenders) {
  RecordingHome home;
  Mailbox<EnvelopePtr> mailbox(100);
  std::atomic<int> accepted{0};
  {
    std::vector<std::thread> senders;
    for (int s = 0; s < 4; ++s) {
      senders.emplace_back([&] {
        auto sender = mailbox.MakeSender();
        for (uint32_t i = 0; i < 1000; ++i) {
          EnvelopePtr mail = MakeMail(home, i);
          if (mailbox.TryPost(sender, &mail)) {
            ++accepted;
          } else {
            mail->home = nullptr;
          }
        }
      });
    }
    for (std::thread& sender : senders) sender.join();
  }
  EXPECT_EQ(accepted.load(), 100);
}

}  // namespace
}  // namespace mailroom::actors
