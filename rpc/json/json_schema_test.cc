// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_schema.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <google/protobuf/any.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/json/testdata/json_kinds.pb.h"

namespace mailroom::rpc {
namespace {

using testdata::Leaf;
using testdata::Names;
using testdata::Oneofs;
using testdata::Stamped;
using testdata::Tree;

const JsonField* ByName(const JsonTable& table, std::string_view name) {
  size_t guess = 0;
  return table.ByName(name, &guess);
}

TEST(JsonSchemaTest, TypesThatHoldAFormOfTheirOwnHaveNone) {
  EXPECT_EQ(FindJsonTable(google::protobuf::Any()), nullptr);
  EXPECT_EQ(FindJsonTable(google::protobuf::StringValue()), nullptr);
  EXPECT_EQ(FindJsonTable(Stamped()), nullptr) << "a Timestamp is two levels below";
  EXPECT_EQ(FindJsonTable(Stamped()), nullptr) << "from the cache, too";
  EXPECT_NE(FindJsonTable(google::protobuf::Empty()), nullptr);
}

TEST(JsonSchemaTest, TheSameTypeHasTheSameTable) {
  EXPECT_EQ(FindJsonTable(Leaf()), FindJsonTable(Leaf()));
  EXPECT_NE(FindJsonTable(Leaf()), FindJsonTable(Tree()));
}

TEST(JsonSchemaTest, RecursiveTypesPointToThemselves) {
  const JsonTable& tree = *FindJsonTable(Tree());
  EXPECT_EQ(ByName(tree, "left")->message, &tree);
  EXPECT_EQ(ByName(tree, "more")->message, &tree);
}

TEST(JsonSchemaTest, JsonNamesWinOverThoseOfTheSchema) {
  const JsonTable& names = *FindJsonTable(Names());
  EXPECT_EQ(ByName(names, "snakeCaseName")->number, 1u);
  EXPECT_EQ(ByName(names, "snake_case_name")->number, 1u);
  EXPECT_EQ(ByName(names, "@other")->number, 3u);
  EXPECT_EQ(ByName(names, "custom")->number, 3u);
  EXPECT_EQ(ByName(names, "crossed_b")->number, 6u);
  EXPECT_EQ(ByName(names, "crossed_a")->number, 7u);
  EXPECT_EQ(ByName(names, "crossed_c")->number, 7u);
  EXPECT_EQ(ByName(names, "snakeCase"), nullptr);
}

TEST(JsonSchemaTest, GuessesAreOnlyGuesses) {
  const JsonTable& names = *FindJsonTable(Names());
  for (size_t start = 0; start < 20; ++start) {
    size_t guess = start;
    EXPECT_EQ(names.ByName("camelCase", &guess)->number, 2u);
    EXPECT_EQ(names.ByName("@other", &guess)->number, 3u);
    EXPECT_EQ(names.ByName("snake_case_name", &guess)->number, 1u);
    guess = start;
    EXPECT_EQ(names.ByNumber(536870911, &guess)->number, 536870911u);
    EXPECT_EQ(names.ByNumber(1, &guess)->number, 1u);
    EXPECT_EQ(names.ByNumber(100, &guess), nullptr);
  }
}

TEST(JsonSchemaTest, OneofsAreCountedWithinTheirType) {
  const JsonTable& oneofs = *FindJsonTable(Oneofs());
  EXPECT_EQ(ByName(oneofs, "text")->oneof, ByName(oneofs, "leaf")->oneof);
  EXPECT_NE(ByName(oneofs, "text")->oneof, ByName(oneofs, "data")->oneof);
  EXPECT_EQ(ByName(oneofs, "outside")->oneof, 0);
}

// Their descriptors may go away: the cache must not know them.
TEST(JsonSchemaTest, TypesBuiltAtRunTimeHaveNone) {
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> leaf(
      factory.GetPrototype(Leaf::descriptor())->New());
  EXPECT_EQ(FindJsonTable(*leaf), nullptr);
  ASSERT_TRUE(JsonCodec().Parse(R"({"name":"n"})", leaf.get()).ok());
  std::string json;
  ASSERT_TRUE(JsonCodec().Serialize(*leaf, &json).ok());
  EXPECT_EQ(json, R"({"name":"n"})");
}

template <class M>
void FindFromManyThreads() {
  constexpr int kThreads = 4;
  std::atomic<int> waiting{kThreads};
  std::vector<const JsonTable*> found(kThreads);
  std::vector<std::thread> threads;
  for (const JsonTable*& mine : found) {
    threads.emplace_back([&waiting, &mine] {
      --waiting;
      while (waiting > 0) {
      }
      mine = FindJsonTable(M());
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const JsonTable* const table : found) EXPECT_EQ(table, found[0]);
  EXPECT_NE(found[0], nullptr);
}

TEST(JsonSchemaTest, ThreadsThatCompileAtOnceAgree) {
  FindFromManyThreads<testdata::Scalars>();
  FindFromManyThreads<testdata::Lists>();
  FindFromManyThreads<testdata::Maps>();
  FindFromManyThreads<testdata::Order>();
}

}  // namespace
}  // namespace mailroom::rpc
