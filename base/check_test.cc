// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/check.h"

#include <string_view>

#include <gtest/gtest.h>

#include "mailroom/base/check_context.h"

namespace mailroom {
namespace {

TEST(CheckTest, AConditionThatHoldsIsEvaluatedOnce) {
  int evaluated = 0;
  MAILROOM_CHECK(++evaluated == 1);
  EXPECT_EQ(evaluated, 1);
}

TEST(CheckDeathTest, NamesFileLineAndCondition) {
  const int two = 2;
  EXPECT_DEATH(MAILROOM_CHECK(two == 3), "check_test.cc:[0-9]+: check failed: two == 3");
}

TEST(CheckDeathTest, NamesWhatTheThreadRuns) {
  const CheckContext actor("a.v1.Actor");
  EXPECT_DEATH(MAILROOM_CHECK(false), "while a.v1.Actor ran: look at that handler first");
  CheckContext::Name("/a.v1.Actor/Do");
  EXPECT_DEATH(MAILROOM_CHECK(false), "while /a.v1.Actor/Do ran");
}

TEST(CheckTest, AContextEndsWithItsScope) {
  {
    const CheckContext outer("outer");
    {
      const CheckContext inner("inner");
      CheckContext::Name("more precisely");
      EXPECT_EQ(CheckContext::Current(), "more precisely");
    }
    EXPECT_EQ(CheckContext::Current(), "outer");
  }
  EXPECT_EQ(CheckContext::Current(), std::string_view());
}

TEST(CheckTest, StandsWhereAStatementDoes) {
  bool reached = false;
  if (reached)
    MAILROOM_CHECK(false);
  else
    reached = true;
  EXPECT_TRUE(reached);
}

TEST(CheckDeathTest, DcheckIsCheckedInDebugAndNotEvaluatedOtherwise) {
  int evaluated = 0;
#ifdef NDEBUG
  MAILROOM_DCHECK(++evaluated == 5);
  EXPECT_EQ(evaluated, 0);
#else
  EXPECT_DEATH(MAILROOM_DCHECK(++evaluated == 5), "check failed");
#endif
}

}  // namespace
}  // namespace mailroom
