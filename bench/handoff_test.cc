// SPDX-License-Identifier: Apache-2.0
#include "mailroom/bench/handoff.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <thread>

#include <gtest/gtest.h>

#include "mailroom/base/testing/bounded_wait.h"

namespace mailroom::bench {
namespace {

constexpr int kLastMail = -1;

class HandoffTest : public ::testing::Test {
 protected:
  void Post(int fd) {
    Mail mail;
    mail.fd = fd;
    mail.generation = static_cast<uint32_t>(fd);
    mails_.Put(mail);
  }

  // Answers each mail until the last one.
  void RunWorker() {
    std::array<Mail, 16> taken;
    for (;;) {
      const size_t count = mails_.Take(taken);
      for (size_t i = 0; i < count; ++i) {
        if (taken[i].fd == kLastMail) return;
        const Reply reply{taken[i].fd, taken[i].generation};
        replies_.Put(std::span(&reply, 1));
      }
    }
  }

  static constexpr int kBoundMs = 60'000;  // for a lost wake alone

  // Sleeps as the loop does until `count` replies are home; they must come in order from `next`.
  void TakeHome(int next, int count) {
    for (const int end = next + count; next < end;) {
      pollfd wake{replies_.wake_fd(), POLLIN, 0};
      if (poll(&wake, 1, kBoundMs) != 1) testing::WaitedInVain("a reply's wake");
      replies_.AcknowledgeWake();
      std::array<Reply, 16> home;
      while (const size_t taken = replies_.Take(home)) {
        for (size_t i = 0; i < taken; ++i) ASSERT_EQ(home[i].fd, next++);
      }
    }
  }

  MailQueue mails_;
  ReplyQueue replies_;
};

// Invariant 1: bursts of every size meet a worker and a loop that have just gone to sleep, are
// about to, or are awake.
TEST_F(HandoffTest, EveryMailComesHome) {
  constexpr int kRounds = 10000;
  std::thread worker([this] { RunWorker(); });
  int next = 0;
  for (int round = 0; round < kRounds; ++round) {
    const int burst = 1 + round % 7;
    for (int i = 0; i < burst; ++i) Post(next + i);
    mails_.WakeWorker();
    TakeHome(next, burst);
    next += burst;
  }
  Post(kLastMail);
  mails_.WakeWorker();
  worker.join();
}

// Invariant 1 again, aimed: a second mail follows the first a little later each round, so that over
// the rounds it falls into every moment of the worker's going back to sleep.
TEST_F(HandoffTest, MailPutWhileTheWorkerParksIsSeen) {
  constexpr int kRounds = 100000;
  constexpr int kLatest = 400;
  std::thread worker([this] { RunWorker(); });
  for (int round = 0; round < kRounds; ++round) {
    Post(2 * round);
    mails_.WakeWorker();
    for (std::atomic<int> pause{round % kLatest}; pause > 0;) --pause;
    Post(2 * round + 1);
    mails_.WakeWorker();
    Reply home;
    for (int next = 2 * round; next < 2 * round + 2; ++next) {
      testing::AwaitUntil("the worker to see a mail that came while it parked",
                          [&] { return replies_.Take(std::span(&home, 1)) > 0; });
      ASSERT_EQ(home.fd, next);
    }
  }
  Post(kLastMail);
  mails_.WakeWorker();
  worker.join();
}

// Invariant 2.
TEST_F(HandoffTest, ManyRepliesWakeTheLoopOnce) {
  const Reply reply{1, 1};
  for (int i = 0; i < 5; ++i) replies_.Put(std::span(&reply, 1));
  eventfd_t wakes = 0;
  ASSERT_EQ(eventfd_read(replies_.wake_fd(), &wakes), 0);
  EXPECT_EQ(wakes, 1u);
}

TEST_F(HandoffTest, AReplyAfterTheAcknowledgeWakesAgain) {
  const Reply reply{1, 1};
  replies_.Put(std::span(&reply, 1));
  replies_.AcknowledgeWake();
  replies_.Put(std::span(&reply, 1));
  eventfd_t wakes = 0;
  ASSERT_EQ(eventfd_read(replies_.wake_fd(), &wakes), 0);
  EXPECT_EQ(wakes, 1u);
}

}  // namespace
}  // namespace mailroom::bench
