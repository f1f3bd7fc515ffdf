// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/slot_table.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/random.h"
#include "mailroom/base/testing/allocation_counter.h"

namespace mailroom {
namespace {

using Table = SlotTable<std::string>;

TEST(SlotTableTest, FindsWhatWasInserted) {
  Table table(SlotKind::kCall, 3);
  const SlotId id = table.Insert("hello");
  ASSERT_NE(table.Find(id), nullptr);
  EXPECT_EQ(*table.Find(id), "hello");
  EXPECT_EQ(id.kind(), SlotKind::kCall);
  EXPECT_EQ(id.loop(), 3);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(std::as_const(table).Find(id), table.Find(id));
}

TEST(SlotTableTest, Invariant1_LiveIsOdd) {
  Table table(SlotKind::kCall, 0);
  for (int i = 0; i < 5; ++i) {
    const SlotId id = table.Insert("x");
    EXPECT_EQ(id.generation() % 2, 1u);
    EXPECT_TRUE(table.Erase(id));
    // What a free slot's generation would spell is no id either.
    EXPECT_EQ(table.Find(SlotId(SlotKind::kCall, 0, id.index(), id.generation() + 1)), nullptr);
  }
}

// S7: a late completion carries an old generation and finds nothing, also when the
// slot has found a new tenant.
TEST(SlotTableTest, S7_Invariant2_AStaleIdFindsNothing) {
  Table table(SlotKind::kConnection, 0);
  const SlotId old = table.Insert("first");
  EXPECT_TRUE(table.Erase(old));
  EXPECT_EQ(table.Find(old), nullptr);
  EXPECT_FALSE(table.Erase(old));
  const SlotId reused = table.Insert("second");
  ASSERT_EQ(reused.index(), old.index());
  EXPECT_EQ(table.Find(old), nullptr);
  EXPECT_FALSE(table.Erase(old));
  EXPECT_EQ(*table.Find(reused), "second");
}

TEST(SlotTableTest, S7_Invariant2_ForeignIdsFindNothing) {
  Table table(SlotKind::kCall, 1);
  const SlotId id = table.Insert("x");
  EXPECT_EQ(table.Find(SlotId()), nullptr);
  EXPECT_EQ(table.Find(SlotId(SlotKind::kTimer, 1, id.index(), id.generation())), nullptr);
  EXPECT_EQ(table.Find(SlotId(SlotKind::kCall, 2, id.index(), id.generation())), nullptr);
  EXPECT_EQ(table.Find(SlotId(SlotKind::kCall, 1, 1, id.generation())), nullptr);
  EXPECT_EQ(table.Find(SlotId(SlotKind::kCall, 1, SlotId::kMaxIndex, 1)), nullptr);
  EXPECT_FALSE(table.Erase(SlotId()));
}

TEST(SlotTableTest, Invariant3_AddressesAreStable) {
  Table table(SlotKind::kCall, 0);
  const SlotId first = table.Insert("first");
  const std::string* address = table.Find(first);
  std::vector<SlotId> ids;
  for (int i = 0; i < 10'000; ++i) ids.push_back(table.Insert(std::to_string(i)));
  EXPECT_EQ(table.Find(first), address);
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_EQ(*table.Find(ids[static_cast<size_t>(i)]), std::to_string(i));
  }
}

TEST(SlotTableTest, Invariant4_ASlotThatWouldWrapIsRetired) {
  constexpr uint32_t kLastEven = UINT32_MAX - 1;
  Table table(SlotKind::kCall, 0, 2, kLastEven);
  const SlotId last = table.Insert("last of its slot");
  EXPECT_EQ(last.generation(), UINT32_MAX);
  EXPECT_TRUE(table.Erase(last));
  EXPECT_EQ(table.retired(), 1u);
  EXPECT_EQ(table.Find(last), nullptr);
  EXPECT_FALSE(table.Erase(last));
  const SlotId next = table.Insert("another slot");
  EXPECT_NE(next.index(), last.index());
  EXPECT_TRUE(table.Erase(next));
  EXPECT_EQ(table.Insert("both are retired"), SlotId());
  EXPECT_EQ(table.retired(), 2u);
}

TEST(SlotTableTest, Invariant4_TheLastButOneIncarnationIsReused) {
  Table table(SlotKind::kCall, 0, 1, UINT32_MAX - 3);
  const SlotId first = table.Insert("x");
  EXPECT_TRUE(table.Erase(first));
  const SlotId second = table.Insert("y");
  EXPECT_EQ(second.generation(), UINT32_MAX);
  EXPECT_EQ(second.index(), first.index());
}

TEST(SlotTableTest, Invariant5_AFullTableRefuses) {
  Table table(SlotKind::kCall, 0, 300);
  std::vector<SlotId> ids;
  for (int i = 0; i < 300; ++i) ids.push_back(table.Insert("x"));
  EXPECT_TRUE(ids.back());
  EXPECT_EQ(table.Insert("one too many"), SlotId());
  EXPECT_EQ(table.size(), 300u);
  EXPECT_TRUE(table.Erase(ids[7]));
  EXPECT_TRUE(table.Insert("fits again"));
  Table none(SlotKind::kCall, 0, 0);
  EXPECT_EQ(none.Insert("x"), SlotId());
}

TEST(SlotTableTest, Invariant6_TheSlotFreedLastIsUsedFirst) {
  Table table(SlotKind::kCall, 0);
  const SlotId a = table.Insert("a");
  const SlotId b = table.Insert("b");
  const SlotId c = table.Insert("c");
  EXPECT_TRUE(table.Erase(a));
  EXPECT_TRUE(table.Erase(c));
  EXPECT_TRUE(table.Erase(b));
  EXPECT_EQ(table.Insert("x").index(), b.index());
  EXPECT_EQ(table.Insert("x").index(), c.index());
  EXPECT_EQ(table.Insert("x").index(), a.index());
}

// Erases and inserts from inside its destructor.
struct Meddler {
  using Meddlers = SlotTable<Meddler>;
  Meddler(Meddlers* meddlers, bool insert) : table(meddlers), replace(insert) {}
  ~Meddler() {
    found_itself = table->Find(self) != nullptr;
    erased_itself = table->Erase(self);
    if (replace) successor = table->Insert(table, false);
  }
  Meddlers* table;
  bool replace;
  SlotId self;
  static inline bool found_itself = true;
  static inline bool erased_itself = true;
  static inline SlotId successor;
};

TEST(SlotTableTest, Invariant7_ASlotIsReusedAfterItsDestructor) {
  SlotTable<Meddler> table(SlotKind::kJob, 0);
  const SlotId id = table.Insert(&table, true);
  table.Find(id)->self = id;
  EXPECT_TRUE(table.Erase(id));
  EXPECT_FALSE(Meddler::found_itself);
  EXPECT_FALSE(Meddler::erased_itself);
  EXPECT_NE(Meddler::successor.index(), id.index());
  EXPECT_NE(table.Find(Meddler::successor), nullptr);
  EXPECT_EQ(table.size(), 1u);
}

TEST(SlotTableTest, OwnsItsObjects) {
  const auto counted = std::make_shared<int>(0);
  {
    SlotTable<std::shared_ptr<int>> table(SlotKind::kCall, 0);
    const SlotId id = table.Insert(counted);
    table.Insert(counted);
    EXPECT_EQ(counted.use_count(), 3);
    EXPECT_TRUE(table.Erase(id));
    EXPECT_EQ(counted.use_count(), 2);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

struct Unmovable {
  explicit Unmovable(std::unique_ptr<int> number) : n(std::move(number)) {}
  Unmovable(const Unmovable&) = delete;
  Unmovable& operator=(const Unmovable&) = delete;
  std::unique_ptr<int> n;
};

TEST(SlotTableTest, HoldsWhatCanNotBeMoved) {
  SlotTable<Unmovable> table(SlotKind::kCall, 0);
  const SlotId id = table.Insert(std::make_unique<int>(7));
  EXPECT_EQ(*table.Find(id)->n, 7);
}

struct alignas(64) CacheLine {
  char bytes[64] = {};
};

TEST(SlotTableTest, RespectsAlignment) {
  SlotTable<CacheLine> table(SlotKind::kCall, 0);
  for (int i = 0; i < 3; ++i) {
    const SlotId id = table.Insert();
    EXPECT_EQ(reinterpret_cast<uintptr_t>(table.Find(id)) % 64, 0u);
  }
}

TEST(SlotTableTest, ForEachVisitsTheLiveInOrder) {
  Table table(SlotKind::kCall, 0);
  std::vector<SlotId> ids;
  for (int i = 0; i < 600; ++i) ids.push_back(table.Insert(std::to_string(i)));
  for (size_t i = 0; i < 600; i += 2) table.Erase(ids[i]);
  size_t next = 1;
  table.ForEach([&](SlotId id, std::string& text) {
    EXPECT_EQ(id, ids[next]);
    EXPECT_EQ(text, std::to_string(next));
    next += 2;
  });
  EXPECT_EQ(next, 601u);
}

TEST(SlotTableTest, ForEachToleratesErasingAndInserting) {
  Table table(SlotKind::kCall, 0, 2000);
  std::vector<SlotId> ids;
  for (int i = 0; i < 500; ++i) ids.push_back(table.Insert("x"));
  size_t visited = 0;
  table.ForEach([&](SlotId id, std::string&) {
    ++visited;
    EXPECT_TRUE(table.Erase(id));
    if (id == ids[0]) {
      EXPECT_TRUE(table.Erase(ids[1]));
      for (int i = 0; i < 300; ++i) table.Insert("new chunks meanwhile");
    }
  });
  EXPECT_GE(visited, 499u);
  EXPECT_EQ(table.Find(ids[499]), nullptr);
}

TEST(SlotTableTest, SteadyStateAllocatesNothing) {
  SlotTable<uint64_t> table(SlotKind::kCall, 0);
  std::vector<SlotId> ids(1000);
  for (SlotId& id : ids) id = table.Insert(0u);
  for (const SlotId id : ids) table.Erase(id);
  testing::AllocationCounter allocations;
  for (int round = 0; round < 10; ++round) {
    for (SlotId& id : ids) id = table.Insert(1u);
    for (const SlotId id : ids) ASSERT_NE(table.Find(id), nullptr);
    for (const SlotId id : ids) table.Erase(id);
  }
  EXPECT_EQ(allocations.count(), 0u);
}

TEST(SlotTableTest, BehavesLikeAMapUnderRandomTraffic) {
  Random random(42);
  SlotTable<uint64_t> table(SlotKind::kCall, 0, 700);
  std::map<uint64_t, uint64_t> model;
  std::vector<SlotId> all;
  for (int i = 0; i < 50'000; ++i) {
    if (random.OneIn(2)) {
      const uint64_t value = random.Next();
      const SlotId id = table.Insert(value);
      ASSERT_EQ(static_cast<bool>(id), model.size() < 700);
      if (!id) continue;
      ASSERT_TRUE(model.emplace(id.word(), value).second) << "an id came twice";
      all.push_back(id);
    } else if (!all.empty()) {
      const SlotId id = all[random.Below(static_cast<uint32_t>(all.size()))];
      const auto expected = model.find(id.word());
      const uint64_t* found = table.Find(id);
      ASSERT_EQ(found != nullptr, expected != model.end());
      if (found != nullptr) {
        ASSERT_EQ(*found, expected->second);
      }
      ASSERT_EQ(table.Erase(id), model.erase(id.word()) == 1);
    }
    ASSERT_EQ(table.size(), model.size());
  }
}

TEST(SlotTableDeathTest, CapacityBeyondTheIdsIsABug) {
  EXPECT_DEATH(Table(SlotKind::kCall, 0, Table::kMaxCapacity + 1), "check failed");
  EXPECT_DEATH(Table(SlotKind::kCall, 0, 1, 1), "check failed");
}

}  // namespace
}  // namespace mailroom
