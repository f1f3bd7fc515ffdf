// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/post_batch.h"

#include <array>
#include <thread>

#include <gtest/gtest.h>

namespace mailroom {
namespace {

// A home as an I/O actor is one: it is woken at once unless a batch is open.
class SleepyHome final : public Home {
 public:
  void Post(Completion) noexcept override {
    PostBatch* const batch = PostBatch::Current();
    if (batch == nullptr || !batch->Add(*this)) Wake();
  }
  void Wake() noexcept override { ++wakes; }
  int wakes = 0;
};

TEST(PostBatchTest, WithoutABatchEachPostWakes) {
  SleepyHome home;
  home.Post(Completion());
  home.Post(Completion());
  EXPECT_EQ(home.wakes, 2);
}

TEST(PostBatchTest, ManyPostsAreOneWakeWhenItIsFlushed) {
  SleepyHome home;
  SleepyHome other;
  PostBatch batch;
  for (int i = 0; i < 5; ++i) home.Post(Completion());
  other.Post(Completion());
  EXPECT_EQ(home.wakes, 0);
  batch.Flush();
  EXPECT_EQ(home.wakes, 1);
  EXPECT_EQ(other.wakes, 1);
  batch.Flush();
  EXPECT_EQ(home.wakes, 1);
}

TEST(PostBatchTest, ItsEndWakes) {
  SleepyHome home;
  {
    PostBatch batch;
    home.Post(Completion());
  }
  EXPECT_EQ(home.wakes, 1);
  EXPECT_EQ(PostBatch::Current(), nullptr);
}

TEST(PostBatchTest, BelongsToItsThread) {
  SleepyHome home;
  PostBatch batch;
  std::thread([&home] { home.Post(Completion()); }).join();
  EXPECT_EQ(home.wakes, 1);
}

TEST(PostBatchTest, AHomeTooManyIsWokenAtOnce) {
  std::array<SleepyHome, 17> homes;
  PostBatch batch;
  for (SleepyHome& home : homes) home.Post(Completion());
  EXPECT_EQ(homes[15].wakes, 0);
  EXPECT_EQ(homes[16].wakes, 1);
}

}  // namespace
}  // namespace mailroom
