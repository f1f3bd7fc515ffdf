// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/thread.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace mailroom {
namespace {

TEST(ThreadTest, RunsItsBodyUnderItsName) {
  std::string name;
  Thread thread("loop-0", [&name] { name = ThreadName(); });
  thread.Join();
  EXPECT_EQ(name, "loop-0");
}

TEST(ThreadTest, TheDestructorJoins) {
  std::atomic<bool> ran{false};
  {
    Thread thread("t", [&ran] { ran = true; });
  }
  EXPECT_TRUE(ran);
}

TEST(ThreadTest, ReplacingOneJoinsIt) {
  std::atomic<int> ran{0};
  Thread thread("first", [&ran] { ++ran; });
  thread = Thread("second", [&ran] { ++ran; });
  thread = Thread();
  EXPECT_EQ(ran, 2);
  EXPECT_FALSE(thread.joinable());
}

TEST(ThreadTest, JoiningTwiceIsNothing) {
  Thread thread("t", [] {});
  EXPECT_TRUE(thread.joinable());
  thread.Join();
  thread.Join();
  Thread none;
  none.Join();
}

TEST(ThreadTest, NamesAreCutAtTheKernelsLimit) {
  std::string name;
  Thread thread("a name longer than fifteen", [&name] { name = ThreadName(); });
  thread.Join();
  EXPECT_EQ(name, "a name longer t");
}

TEST(ThreadTest, EachThreadHasItsOwnName) {
  const std::string before(ThreadName());
  Thread thread("other", [] { SetThreadName("renamed"); });
  thread.Join();
  EXPECT_EQ(ThreadName(), before);
}

TEST(ThreadTest, ThereIsAtLeastOneCpu) { EXPECT_GE(NumCpus(), 1); }

TEST(ThreadDeathTest, AnExceptionIsLoggedAndEndsTheProgram) {
  EXPECT_DEATH(Thread("bad", [] { throw std::runtime_error("boom"); }).Join(),
               "bad .*an exception left a thread: boom");
  EXPECT_DEATH(Thread("bad", [] { throw 1; }).Join(), "of unknown type");
}

}  // namespace
}  // namespace mailroom
