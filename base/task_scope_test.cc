// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/task_scope.h"

#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "mailroom/base/testing/recording_home.h"

namespace mailroom {
namespace {

struct Note final : Parcel {
  explicit Note(bool* flag) : Parcel(ParcelKind::kResult), destroyed(flag) {}
  ~Note() override { *destroyed = true; }
  bool* destroyed;
};

class TaskScopeTest : public ::testing::Test {
 protected:
  const SlotId owner_ = SlotId(SlotKind::kJob, 0, 5, 1);
  testing::RecordingHome home_;
  SlotTable<Suspension> suspensions_{SlotKind::kSuspension, 0, 2};
  TaskScope scope_{home_, suspensions_, owner_};
};

TEST_F(TaskScopeTest, KnowsWhereItBelongs) {
  EXPECT_EQ(&scope_.home(), &home_);
  EXPECT_EQ(scope_.owner(), owner_);
}

TEST_F(TaskScopeTest, Invariant1_ASuspensionLivesUntilItIsResumed) {
  const SlotId id = scope_.Suspend(std::noop_coroutine(), nullptr);
  EXPECT_EQ(id.kind(), SlotKind::kSuspension);
  EXPECT_EQ(suspensions_.size(), 1u);
  SlotId owner;
  EXPECT_TRUE(Resume(suspensions_, Completion{id, nullptr}, &owner));
  EXPECT_EQ(owner, owner_);
  EXPECT_TRUE(suspensions_.empty());
}

TEST_F(TaskScopeTest, TheParcelGoesToWhoeverWaits) {
  bool destroyed = false;
  ParcelPtr result;
  const SlotId id = scope_.Suspend(std::noop_coroutine(), &result);
  SlotId owner;
  EXPECT_TRUE(Resume(suspensions_, Completion{id, std::make_unique<Note>(&destroyed)}, &owner));
  EXPECT_NE(result, nullptr);
  EXPECT_FALSE(destroyed);
}

// S7: the second answer to one question, and the answer to a question that nobody
// asks any more.
TEST_F(TaskScopeTest, S7_AStaleCompletionRunsNothingAndDropsItsParcel) {
  const SlotId resumed = scope_.Suspend(std::noop_coroutine(), nullptr);
  SlotId owner;
  EXPECT_TRUE(Resume(suspensions_, Completion{resumed, nullptr}, &owner));
  const SlotId forgotten = scope_.Suspend(std::noop_coroutine(), nullptr);
  scope_.Forget(forgotten);
  const SlotId waiting = scope_.Suspend(std::noop_coroutine(), nullptr);
  for (const SlotId stale : {resumed, forgotten, SlotId()}) {
    bool destroyed = false;
    owner = SlotId();
    EXPECT_FALSE(
        Resume(suspensions_, Completion{stale, std::make_unique<Note>(&destroyed)}, &owner));
    EXPECT_TRUE(destroyed);
    EXPECT_EQ(owner, SlotId());
  }
  EXPECT_NE(suspensions_.Find(waiting), nullptr);
}

TEST_F(TaskScopeTest, ForgettingTwiceIsNothing) {
  const SlotId id = scope_.Suspend(std::noop_coroutine(), nullptr);
  scope_.Forget(id);
  scope_.Forget(id);
  scope_.Forget(SlotId());
  EXPECT_TRUE(suspensions_.empty());
}

TEST_F(TaskScopeTest, AFullTableRefuses) {
  EXPECT_TRUE(scope_.Suspend(std::noop_coroutine(), nullptr));
  EXPECT_TRUE(scope_.Suspend(std::noop_coroutine(), nullptr));
  EXPECT_FALSE(scope_.Suspend(std::noop_coroutine(), nullptr));
}

}  // namespace
}  // namespace mailroom
