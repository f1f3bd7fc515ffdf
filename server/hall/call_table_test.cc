// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/call_table.h"

#include <gtest/gtest.h>

namespace mailroom::server {
namespace {

PendingCall CallOn(uint32_t connection) {
  return PendingCall{ConnectionId(SlotKind::kConnection, 0, connection, 1), http::StreamId{1},
                     nullptr, TimerId()};
}

// S7: the generation is per call: the slot's next call has another id.
TEST(CallTableTest, S7_AReleasedCallIsStaleAlsoWhenItsSlotIsUsedAgain) {
  CallTable calls(0, 16);
  const CallId first = calls.Insert(CallOn(1));
  ASSERT_NE(calls.Find(first), nullptr);
  calls.Release(first);
  EXPECT_EQ(calls.Find(first), nullptr);
  const CallId second = calls.Insert(CallOn(2));
  EXPECT_EQ(second.index(), first.index()) << "the same slot";
  EXPECT_EQ(calls.Find(first), nullptr);
  EXPECT_EQ(calls.Find(second)->connection.index(), 2u);
}

TEST(CallTableTest, AFullTableRefuses) {
  CallTable calls(0, 2);
  EXPECT_TRUE(calls.Insert(CallOn(1)));
  EXPECT_TRUE(calls.Insert(CallOn(2)));
  EXPECT_FALSE(calls.Insert(CallOn(3)));
  EXPECT_EQ(calls.size(), 2u);
}

TEST(CallTableTest, IdsOfAnotherLoopAreStale) {
  CallTable here(0, 4);
  CallTable there(1, 4);
  const CallId id = here.Insert(CallOn(1));
  EXPECT_TRUE(there.Insert(CallOn(1)));
  EXPECT_EQ(there.Find(id), nullptr);
}

}  // namespace
}  // namespace mailroom::server
