// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/metadata.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/testing/allocation_counter.h"

namespace mailroom {
namespace {

std::vector<std::string> Pairs(const Metadata& metadata) {
  std::vector<std::string> pairs;
  for (size_t i = 0; i < metadata.size(); ++i) {
    pairs.push_back(std::string(metadata[i].key).append("=").append(metadata[i].value));
  }
  return pairs;
}

TEST(MetadataTest, KeepsOrderAndRepeatedKeys) {
  Metadata metadata;
  metadata.Add("b", "1");
  metadata.Add("a", "2");
  metadata.Add("b", "3");
  EXPECT_EQ(Pairs(metadata), (std::vector<std::string>{"b=1", "a=2", "b=3"}));
  EXPECT_EQ(metadata.bytes(), 6u);
}

TEST(MetadataTest, LowersKeysOnly) {
  Metadata metadata;
  metadata.Add("X-Request-ID", "AbC");
  EXPECT_EQ(Pairs(metadata), (std::vector<std::string>{"x-request-id=AbC"}));
  EXPECT_EQ(metadata.Find("x-request-id"), "AbC");
}

TEST(MetadataTest, FindGivesTheFirstOrNothing) {
  Metadata metadata;
  EXPECT_EQ(metadata.Find("k"), std::nullopt);
  metadata.Add("k", "first");
  metadata.Add("k", "second");
  EXPECT_EQ(metadata.Find("k"), "first");
  EXPECT_EQ(metadata.Find("kk"), std::nullopt);
}

TEST(MetadataTest, ValuesMayBeEmptyOrBinary) {
  Metadata metadata;
  const std::string raw("\0\xff\n", 3);
  metadata.Add("trace-bin", raw);
  metadata.Add("empty", "");
  EXPECT_EQ(metadata.Find("trace-bin"), raw);
  EXPECT_EQ(metadata.Find("empty"), "");
  EXPECT_TRUE(Metadata::IsBinary("trace-bin"));
  EXPECT_FALSE(Metadata::IsBinary("trace-binary"));
}

TEST(MetadataTest, SetReplacesAllInTheFirstPlace) {
  Metadata metadata;
  metadata.Add("a", "1");
  metadata.Add("k", "old");
  metadata.Add("b", "2");
  metadata.Add("k", "older");
  metadata.Set("K", "new value");
  EXPECT_EQ(Pairs(metadata), (std::vector<std::string>{"a=1", "k=new value", "b=2"}));
  EXPECT_EQ(metadata.bytes(), std::string("a1knew valueb2").size());
  metadata.Set("c", "3");
  EXPECT_EQ(Pairs(metadata).back(), "c=3");
}

TEST(MetadataTest, SetAndAddTakeTheirOwnViews) {
  Metadata metadata;
  metadata.Add("a", "a value that is much longer than a small string");
  metadata.Set("b", *metadata.Find("a"));
  EXPECT_EQ(metadata.Find("a"), metadata.Find("b"));
  for (int i = 0; i < 50; ++i) metadata.Add(metadata[0].key, metadata[0].value);
  for (size_t i = 0; i < metadata.size(); ++i) {
    EXPECT_EQ(metadata[i].value, "a value that is much longer than a small string") << i;
  }
}

TEST(MetadataTest, AListCostsTwoAllocationsWhenItsSizeRepeats) {
  Metadata metadata;
  const auto fill = [&metadata] {
    for (int i = 0; i < 20; ++i) metadata.Add("some-header-name", "some header value");
  };
  fill();
  metadata.Clear();
  EXPECT_TRUE(metadata.empty());
  EXPECT_EQ(metadata.bytes(), 0u);
  testing::AllocationCounter allocations;
  fill();
  EXPECT_EQ(allocations.count(), 0u);
  const Metadata copy = metadata;
  EXPECT_EQ(allocations.count(), testing::AllocationCounter::kCounts ? 2u : 0u);
  EXPECT_EQ(copy.size(), 20u);
}

}  // namespace
}  // namespace mailroom
