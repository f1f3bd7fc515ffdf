// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/slot_id.h"

#include <unordered_set>

#include <gtest/gtest.h>

namespace mailroom {
namespace {

static_assert(sizeof(SlotId) == 8);

TEST(SlotIdTest, DefaultNamesNothing) {
  EXPECT_FALSE(SlotId());
  EXPECT_EQ(SlotId().kind(), SlotKind::kNone);
}

TEST(SlotIdTest, PartsDoNotTouchEachOther) {
  const SlotId id(SlotKind::kSuspension, 255, SlotId::kMaxIndex, UINT32_MAX);
  EXPECT_EQ(id.kind(), SlotKind::kSuspension);
  EXPECT_EQ(id.loop(), 255);
  EXPECT_EQ(id.index(), SlotId::kMaxIndex);
  EXPECT_EQ(id.generation(), UINT32_MAX);
  const SlotId other(SlotKind::kCall, 1, 2, 3);
  EXPECT_EQ(other.kind(), SlotKind::kCall);
  EXPECT_EQ(other.loop(), 1);
  EXPECT_EQ(other.index(), 2u);
  EXPECT_EQ(other.generation(), 3u);
}

TEST(SlotIdTest, AnIndexTooLargeTouchesNoOtherPart) {
  const SlotId id(SlotKind::kCall, 0, SlotId::kMaxIndex + 1, 1);
  EXPECT_EQ(id.loop(), 0);
  EXPECT_EQ(id.index(), 0u);
}

TEST(SlotIdTest, SurvivesTheRoundTripThroughAWord) {
  const SlotId id(SlotKind::kCall, 7, 12345, 99);
  EXPECT_EQ(SlotId::FromWord(id.word()), id);
  EXPECT_TRUE(id);
}

TEST(SlotIdTest, HashesApart) {
  std::unordered_set<size_t> hashes;
  for (uint32_t i = 0; i < 1000; ++i) {
    hashes.insert(std::hash<SlotId>()(SlotId(SlotKind::kCall, 0, i, 1)));
  }
  EXPECT_EQ(hashes.size(), 1000u);
}

}  // namespace
}  // namespace mailroom
