// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_guard.h"

#include <string>

#include <google/protobuf/any.pb.h>
#include <google/protobuf/api.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>
#include <gtest/gtest.h>

#include "mailroom/echo/v1/echo.pb.h"
#include "mailroom/rpc/codec.h"

namespace mailroom::rpc {
namespace {

using google::protobuf::Any;
using google::protobuf::FieldMask;
using google::protobuf::Struct;
using mailroom::echo::v1::EchoRequest;

std::string Repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all.append(text);
  return all;
}

// Anys around 200 KB of numbers, each with `key` behind the rest.
std::string NestedAnys(int count, std::string_view key) {
  std::string json = "[" + Repeat("1,", 100'000) + "1]";
  for (int i = 0; i < count; ++i) {
    json = "{\"value\":" + json + "," + std::string(key) +
           ":\"type.googleapis.com/google.protobuf.Any\"}";
  }
  return json;
}

template <class M>
bool Passes(std::string_view json) {
  const Status status = GuardJson(json, *M::descriptor());
  EXPECT_TRUE(status.ok() || status.code() == Code::kInvalidArgument);
  return status.ok();
}

TEST(JsonGuardTest, NestingIsBounded) {
  for (const char* open : {"[", "{\"a\":", "[{\"a\":"}) {
    const int levels = std::string_view(open).size() > 5 ? 100 : 200;
    EXPECT_TRUE(Passes<Struct>(Repeat(open, levels))) << open;
    EXPECT_FALSE(Passes<Struct>(Repeat(open, levels + 1))) << open;
  }
  EXPECT_TRUE(Passes<Struct>(Repeat("[]{}", 10'000))) << "closed brackets count no more";
}

TEST(JsonGuardTest, BracketsInStringsDoNotNest) {
  const std::string many = Repeat("[", 1'000);
  EXPECT_TRUE(Passes<EchoRequest>("{\"message\":\"" + many + "\"}"));
  EXPECT_TRUE(Passes<EchoRequest>("{'message':'" + many + "\"'}"));
  EXPECT_TRUE(Passes<EchoRequest>("{\"message\":\"\\\"" + many + "\"}"));
  EXPECT_FALSE(Passes<EchoRequest>("{\"message\":\"\\\\\"" + many + "}")) << "the string has ended";
}

// 200 KB of this kept json_util busy for more than a minute.
TEST(JsonGuardTest, NestedArraysCostNoTimeInTheCodec) {
  const std::string json = "{\"a\":" + Repeat("[", 100'000) + Repeat("]", 100'000) + "}";
  Struct object;
  EXPECT_EQ(JsonCodec().Parse(json, &object).code(), Code::kInvalidArgument);
}

// 200 KB of this made json_util ask for more memory than there is.
TEST(JsonGuardTest, NestedMaskCostsNoMemoryInTheCodec) {
  const std::string mask = Repeat("a(", 100'000) + "b" + Repeat(")", 100'000);
  FieldMask read;
  EXPECT_EQ(JsonCodec().Parse('"' + mask + '"', &read).code(), Code::kInvalidArgument);
}

// 95 of these around 200 KB made json_util take 1 GB and 7 seconds.
TEST(JsonGuardTest, AnysAroundAnysCostNoMemoryInTheCodec) {
  Any any;
  EXPECT_EQ(JsonCodec().Parse(NestedAnys(95, "\"@type\""), &any).code(), Code::kInvalidArgument);
}

TEST(JsonGuardTest, AnysWithTheirTypeInFrontAreCheap) {
  std::string json = "[" + Repeat("1,", 100'000) + "1]";
  json = R"({"@type":"type.googleapis.com/google.protobuf.ListValue","value":)" + json + "}";
  for (int i = 0; i < 20; ++i) {
    json = R"({"@type":"type.googleapis.com/google.protobuf.Any","value":)" + json + "}";
  }
  EXPECT_TRUE(Passes<Any>(json));
}

TEST(JsonGuardTest, FewAnysOrSmallOnesPassInAnyOrder) {
  EXPECT_TRUE(Passes<Any>(NestedAnys(1, "\"@type\"")));
  EXPECT_TRUE(Passes<Any>(Repeat(R"({"value":{},"@type":"x"},)", 100'000)));
  EXPECT_FALSE(Passes<Any>(NestedAnys(5, "\"@type\"")));
  EXPECT_FALSE(Passes<Any>(NestedAnys(5, "'\\u0040type' ")));
  EXPECT_TRUE(Passes<Any>(NestedAnys(5, "\"@typ\""))) << "another key";
  EXPECT_TRUE(Passes<Any>(NestedAnys(5, "\"@types\""))) << "another key";
  EXPECT_TRUE(Passes<Struct>(NestedAnys(5, "\"@type\""))) << "no Any can be in a Struct";
  EXPECT_TRUE(Passes<Any>("{\"a\":[" + Repeat("\"@type\",", 10'000) + "1]}")) << "no keys";
}

TEST(JsonGuardTest, LongPrefixForManyPathsIsAMaskTooLarge) {
  const std::string wide = std::string(100'000, 'p') + "(" + Repeat("a,", 50'000) + ")";
  EXPECT_FALSE(Passes<FieldMask>('"' + wide + '"'));
  EXPECT_FALSE(Passes<Any>("{\"value\":\"" + wide + "\"}"));
  EXPECT_FALSE(Passes<google::protobuf::Api>("{}\"" + wide + "\""))
      << "it holds Option, and so Any";
  const std::string empty_paths = std::string(100'000, 'p') + "(" + std::string(100'000, ',');
  EXPECT_FALSE(Passes<FieldMask>('"' + empty_paths + '"'));
}

TEST(JsonGuardTest, EscapesDoNotHideAMask) {
  const std::string wide =
      std::string(100'000, 'p') + "\\u0028" + Repeat("a\\u002C", 25'000) + Repeat("a\\,", 25'000);
  EXPECT_FALSE(Passes<FieldMask>('"' + wide + '"'));
}

TEST(JsonGuardTest, SameTextIsFineWhereNoMaskCanBe) {
  EXPECT_TRUE(Passes<EchoRequest>("{\"message\":\"" + Repeat("a(", 100'000) + "\"}"));
  EXPECT_TRUE(Passes<Struct>("{\"message\":\"" + Repeat("a(", 100'000) + "\"}"));
}

TEST(JsonGuardTest, OrdinaryMasksAndTextPass) {
  EXPECT_TRUE(Passes<FieldMask>("\"a.b(c,d(e,f)),g\""));
  EXPECT_TRUE(
      Passes<Any>("{\"text\":\"" + Repeat("so it (the cat, that is) sat, ", 30'000) + "\"}"));
  EXPECT_TRUE(Passes<FieldMask>('"' + Repeat("account.name,", 100'000) + '"'));
}

TEST(JsonGuardTest, TextThatIsNotJsonPassesToTheParser) {
  for (const char* text :
       {"", "]]]]", "\"", "\"\\", "\"\\u", "\"\\u00", "\"\\uzzzz\"", "'\"", "}{"}) {
    EXPECT_TRUE(Passes<Struct>(text)) << text;
  }
}

}  // namespace
}  // namespace mailroom::rpc
