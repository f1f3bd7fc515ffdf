// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/thread_role.h"

#include <gtest/gtest.h>

#include "mailroom/base/thread.h"

namespace mailroom {
namespace {

// The shape in which every single-threaded class uses its role. In the layering
// lane, which has -Wthread-safety, it does not compile without the AssertHeld.
class Counter {
 public:
  void Add() {
    role_.AssertHeld();
    Step();
  }
  int total() const {
    role_.AssertHeld();
    return total_;
  }
  ThreadRole& role() MAILROOM_RETURN_CAPABILITY(role_) { return role_; }

 private:
  void Step() MAILROOM_REQUIRES(role_) { ++total_; }

  ThreadRole role_;
  int total_ MAILROOM_GUARDED_BY(role_) = 0;
};

TEST(ThreadRoleTest, AnyThreadPassesWhileNobodyIsBound) {
  Counter counter;
  counter.Add();
  Thread other("other", [&counter] { counter.Add(); });
  other.Join();
  EXPECT_EQ(counter.total(), 2);
}

TEST(ThreadRoleTest, OnlyTheBoundThreadHoldsIt) {
  ThreadRole role;
  RoleScope scope(role);
  EXPECT_TRUE(role.IsHeld());
  Thread other("other", [&role] { EXPECT_FALSE(role.IsHeld()); });
}

TEST(ThreadRoleTest, IsPassedOnByUnbinding) {
  ThreadRole role;
  {
    RoleScope scope(role);
  }
  Thread other("other", [&role] {
    RoleScope scope(role);
    EXPECT_TRUE(role.IsHeld());
  });
  other.Join();
  EXPECT_TRUE(role.IsHeld());
}

#ifndef NDEBUG
TEST(ThreadRoleDeathTest, AnotherThreadIsCaughtInDebug) {
  EXPECT_DEATH(
      {
        Counter counter;
        RoleScope scope(counter.role());
        Thread("other", [&counter] { counter.Add(); }).Join();
      },
      "check failed: IsHeld");
}

TEST(ThreadRoleDeathTest, BindingTwiceIsCaughtInDebug) {
  ThreadRole role;
  EXPECT_DEATH(
      {
        RoleScope scope(role);
        Thread("other", [&role] { RoleScope second(role); }).Join();
      },
      "check failed");
}
#endif

}  // namespace
}  // namespace mailroom
