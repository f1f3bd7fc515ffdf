// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/signals.h"

#include <pthread.h>

#include <csignal>
#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace mailroom::io {
namespace {

bool IsBlocked(int signal_number) {
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  return sigismember(&mask, signal_number) == 1;
}

TEST(SignalsTest, TakesWhatCameAndThenNothing) {
  Result<Signals> signals = Signals::Watch({SIGTERM, SIGINT});
  ASSERT_TRUE(signals.ok());
  EXPECT_EQ(signals->Take(), 0);
  raise(SIGTERM);
  raise(SIGINT);
  raise(SIGINT);  // standard signals do not queue
  const std::set<int> taken = {signals->Take(), signals->Take()};
  EXPECT_EQ(taken, (std::set<int>{SIGINT, SIGTERM}));
  EXPECT_EQ(signals->Take(), 0);
}

TEST(SignalsTest, TheEndDropsWhatIsPendingAndRestoresTheMask) {
  ASSERT_FALSE(IsBlocked(SIGTERM));
  {
    Result<Signals> signals = Signals::Watch({SIGTERM});
    ASSERT_TRUE(signals.ok());
    const Signals moved = *std::move(signals);
    EXPECT_TRUE(IsBlocked(SIGTERM));
    raise(SIGTERM);
  }
  EXPECT_FALSE(IsBlocked(SIGTERM));  // and we are still alive
}

TEST(SignalsTest, RefusesWhatCannotBeWatched) {
  for (const int number : {SIGKILL, SIGSTOP, 0, -1, 1000}) {
    const Result<Signals> signals = Signals::Watch({SIGTERM, number});
    ASSERT_FALSE(signals.ok()) << number;
    EXPECT_EQ(signals.status().code(), Code::kInvalidArgument);
    EXPECT_FALSE(IsBlocked(SIGTERM));
  }
}

}  // namespace
}  // namespace mailroom::io
