// SPDX-License-Identifier: Apache-2.0
// The codec beside json_util: the same verdict, the same words, the same message and
// the same text, whatever comes in.
#include <string>
#include <string_view>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include "mailroom/base/random.h"
#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/json/json_fallback.h"
#include "mailroom/rpc/json/json_reader.h"
#include "mailroom/rpc/json/json_schema.h"
#include "mailroom/rpc/json/json_writer.h"
#include "mailroom/rpc/json/testdata/json_kinds.pb.h"
#include "mailroom/rpc/json/testdata/random_message.h"
#include "mailroom/rpc/protobuf_log.h"

namespace mailroom::rpc {
namespace {

using google::protobuf::Message;
using testdata::FillRandomly;
using testdata::Lists;
using testdata::Maps;
using testdata::Names;
using testdata::NullHolder;
using testdata::Oneofs;
using testdata::Optionals;
using testdata::Order;
using testdata::Scalars;
using testdata::Stamped;
using testdata::Tree;

// The wire form with maps in order.
std::string Bytes(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializePartialToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

template <class M>
bool ReadByTable(std::string_view json) {
  const JsonTable* const table = FindJsonTable(M());
  ScratchBuffer wire;
  return table != nullptr && JsonToWire(json, *table, &wire);
}

// Parses both ways; true when both took it.
template <class M>
bool ParsesAlike(std::string_view json) {
  M ours;
  M oracle;
  const Status our_status = JsonCodec().Parse(json, &ours);
  const Status oracle_status = ParseByJsonUtil(json, &oracle);
  EXPECT_EQ(our_status.ToString(), oracle_status.ToString()) << json;
  EXPECT_EQ(Bytes(ours), Bytes(oracle)) << json;
  return oracle_status.ok();
}

template <class M>
void PrintsAlike(const M& message) {
  std::string ours = "kept";
  std::string oracle = "kept";
  const Status our_status = JsonCodec().Serialize(message, &ours);
  const Status oracle_status = SerializeByJsonUtil(message, &oracle);
  EXPECT_EQ(our_status.ToString(), oracle_status.ToString());
  EXPECT_EQ(ours, oracle);
  if (oracle_status.ok()) {
    EXPECT_TRUE(ParsesAlike<M>(ours.substr(4)));
  }
}

// What stands in place of a value, right and wrong for each type.
constexpr const char* kValues[] = {
    // words and structures
    "null", "true", "false", "nul", "nulls", "True", "{}", "[]", "[[]]", "[1]", "[null]",
    "{\"a\":1}", "[true,false]", "[{},{}]", "[{\"name\":\"x\"},null]", "[\"a\",\"b\"]", "[1,2,]",
    "[1 2]", "[,]", "{\"name\":\"n\",\"count\":3}", "{\"name\":null}", "{\"count\":1,\"count\":2}",
    "{,}", "{\"name\":\"n\",}", "[1,[2,3]]", "[1,\"2\",3.0]", "[-1]", "[2147483648]",
    "[\"COLOR_RED\",2,\"?\"]",
    // whole numbers
    "0", "-0", "1", "-1", "007", "-07", "00", "+1", "1x", "0x10", "127", "128", "300", "2147483647",
    "2147483648", "-2147483648", "-2147483649", "4294967295", "4294967296", "9007199254740993",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "18446744073709551615", "18446744073709551616", "99999999999999999999999999", "1-2", "--1",
    // others
    "1.0", "1.5", "-1.0", "0.0", "-0.0", "1.", ".5", "1e2", "1E+2", "1e-2", "100e-2", "1e", "1e+",
    "1.7976931348623157e308", "1e309", "-1e309", "5e-324", "1e-400", "3.4028235e38", "3.4028236e38",
    "3.40282357e38", "16777217", "0.1", "0.30000000000000004", "2147483648.0", "4294967296.0",
    "9223372036854775808.0", "18446744073709551616.0", "-9223372036854775808.0",
    "9007199254740993.0", "1e18", "1e19", "123456789012345678901234567890.5", "NaN", "Infinity",
    "-Infinity", "-",
    // strings
    "\"\"", "\"a\"", "\"true\"", "\"false\"", "\"yes\"", "\"T\"", "\"null\"", "\"0\"", "\"1\"",
    "\"-1\"", "\"-0\"", "\"007\"", "\" 1\"", "\"1 \"", "\"\\t1\"", "\"+1\"", "\"1.0\"", "\"1e2\"",
    "\"1.5\"", "\"0x10\"", "\"1x\"", "\"2147483648\"", "\"9223372036854775807\"",
    "\"18446744073709551615\"", "\"18446744073709551616\"", "\"NaN\"", "\"nan\"", "\"Infinity\"",
    "\"-Infinity\"", "\"infinity\"", "\"inf\"", "\"+Infinity\"", "\"1e309\"", "\"3.5e38\"",
    "\".5\"", "\"5.\"", "\"1e-400\"", "\"-0.0\"", "\"\\u0031\"", "\"\\/\"", "\"a\\\"b\\\\\"",
    "\"\\b\\f\\n\\r\\t\"", "\"\\v\"", "\"\\x\"", "\"\\'\"", "\"\\u00e9\"", "\"\\u00E9\\u20ac\"",
    "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"\\ud83dx\"", "\"\\ud83d\\u0041\"", "\"\\ude00\"",
    "\"\\ud83d\\ud83d\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u\"", "\"\\\"", "\"", "\"a", "\"\n\"",
    "\"\t\x01\"", "\"\xc3\xa9\xf0\x9f\x98\x80\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
    "\"\xc3\"", "\"\\\xc3\xa9\"", "'a'", "'1'", "a", "\"12345678\\n\"",
    // bytes
    "\"AA==\"", "\"AA\"", "\"AA=\"", "\"AAA=\"", "\"AAAA\"", "\"AAA\"", "\"A\"", "\"A===\"",
    "\"AAAAA\"", "\"/+8=\"", "\"_-8=\"", "\"_-8\"", "\"/-8=\"", "\"AB==\"", "\"AAB=\"", "\"A A=\"",
    "\"AA==\\n\"", "\"AA.=\"", "\"AA..\"", "\"====\"", "\"=\"", "\"AAAA====\"", "\"\\/\\/8=\"",
    "\"AA==AA==\"",
    // enums
    "\"COLOR_RED\"", "\"COLOR_CRIMSON\"", "\"color_red\"", "\"COLOR-RED\"", "\"RED\"",
    "\"COLOR_FAR\"", "\"COLOR_NEGATIVE\"", "-3", "\"-3\"", "2", "\"2\"", "7", "\"7\"",
    "\"INNER_B\"", "\"COLOR\\u005fRED\""};

template <class M>
int ParseEachField(std::string_view before, std::string_view after) {
  int taken = 0;
  for (int i = 0; i < M::descriptor()->field_count(); ++i) {
    for (const char* value : kValues) {
      const std::string json =
          "{\"" + M::descriptor()->field(i)->json_name() + "\":" + std::string(before) + value;
      taken += ParsesAlike<M>(json + std::string(after) + "}");
    }
  }
  return taken;
}

TEST(JsonDifferentialTest, EachValueInEachField) {
  SilenceProtobufLog();
  EXPECT_GT(ParseEachField<Scalars>("", ""), 500);
  EXPECT_GT(ParseEachField<Optionals>("", ""), 200);
  EXPECT_GT(ParseEachField<Oneofs>("", ""), 200);
  EXPECT_GT(ParseEachField<Tree>("", ""), 100);
}

TEST(JsonDifferentialTest, EachValueInEachList) {
  SilenceProtobufLog();
  EXPECT_GT(ParseEachField<Lists>("", ""), 300);
  EXPECT_GT(ParseEachField<Lists>("[", "]"), 500);
  EXPECT_GT(ParseEachField<Lists>("[1,", ",\"1\"]"), 200);
}

TEST(JsonDifferentialTest, EachValueInEachMap) {
  SilenceProtobufLog();
  EXPECT_GT(ParseEachField<Maps>("", ""), 10);
  EXPECT_GT(ParseEachField<Maps>("{\"1\":", "}"), 200);
  EXPECT_GT(ParseEachField<Maps>("{\"true\":", "}"), 50);
}

TEST(JsonDifferentialTest, EachKeyInEachMap) {
  SilenceProtobufLog();
  int taken = 0;
  for (int i = 0; i < Maps::descriptor()->field_count(); ++i) {
    for (const char* key : kValues) {
      const std::string name = Maps::descriptor()->field(i)->json_name();
      for (const char* value : {"1", "\"1\"", "true", "{}"}) {
        taken += ParsesAlike<Maps>("{\"" + name + "\":{" + key + ":" + value + "}}");
      }
    }
  }
  EXPECT_GT(taken, 300);
}

// Skipped, but read: what json_util would not read is refused.
// The table looks at eight keys as they come and at more of them in the end.
TEST(JsonDifferentialTest, ARepeatedKeyIsRefusedWhereverTheTwoStand) {
  const int entries = 12;
  for (int one = 0; one < entries; ++one) {
    for (int other = one + 1; other < entries; ++other) {
      std::string json = "{\"byString\":{";
      for (int i = 0; i < entries; ++i) {
        // Not in the keys' order: what is repeated is not always side by side.
        const int key = (i == other ? one : i) * 5 % entries;
        json.append(i == 0 ? "" : ",").append("\"k" + std::to_string(key) + "\":\"v\"");
      }
      EXPECT_FALSE(ParsesAlike<Maps>(json + "}}")) << json;
    }
  }
}

TEST(JsonDifferentialTest, EachValueInAnUnknownField) {
  SilenceProtobufLog();
  int taken = 0;
  for (const char* value : kValues) {
    taken += ParsesAlike<Order>("{\"nope\":" + std::string(value) + ",\"id\":\"i\"}");
    taken += ParsesAlike<Order>("{\"no\":[{\"x\":" + std::string(value) + "}],\"id\":\"i\"}");
  }
  EXPECT_GT(taken, 300);
}

constexpr const char* kDocuments[] = {
    "",
    " ",
    "{",
    "}",
    "{}",
    " {} ",
    "\n{\t}\r\n",
    "{}{}",
    "{} x",
    "{},",
    "[]",
    "[{}]",
    "null",
    "true",
    "1",
    "\"\"",
    "{\"id\"",
    "{\"id\":",
    "{\"id\":\"a\"",
    "{\"id\":\"a\",",
    "{\"id\":\"a\",}",
    "{,}",
    "{\"id\" \"a\"}",
    "{\"id\":\"a\" \"note\":\"b\"}",
    "{\"id\":\"a\";\"note\":\"b\"}",
    "{id:\"a\"}",
    "{'id':'a'}",
    "{\"id\":\"a\"}\x00",
    "\xef\xbb\xbf{}",
    "{\"id\":\"a\"}\x0b",
    "{\x0c}",
    "// c\n{}",
    "{\"id\":\"a\"/**/}",
    "{\"\":1}",
    "{\"\":{}}",
    "{\"\":[]}",
    "{\"i\\u0064\":\"a\"}",
    "{\"id\\\"\":1}",
    "{\"id\":\"a\",\"id\":\"b\"}",
    "{\"id\":\"a\",\"id\":null}",
    "{\"paid\":true,\"paid\":false}",
    "{\"codes\":[1],\"codes\":[2]}",
    "{\"codes\":[1],\"codes\":null}",
    "{\"codes\":1,\"codes\":[2]}",
    "{\"leaf\":{\"name\":\"a\"},\"leaf\":{\"count\":1}}",
    "{\"lines\":{\"sku\":\"s\"}}",
    "{\"lines\":[{\"sku\":\"s\"},{\"quantity\":1}],\"lines\":[{}]}",
    "{\"lines\":[[{}]]}",
    "{\"labels\":{\"a\":\"1\",\"a\":\"2\"}}",
    "{\"labels\":{\"a\":\"1\"},\"labels\":{\"a\":\"2\"}}",
    "{\"labels\":{\"a\":\"1\",\"\\u0061\":\"2\"}}",
    "{\"labels\":{\"\":\"e\"}}",
    "{\"labels\":{a:\"1\"}}",
    "{\"labels\":[{\"key\":\"a\",\"value\":\"b\"}]}",
    "{\"labels\":{\"a\":null}}",
    "{\"labels\":{\"a\":{}}}",
    "{\"labels\":{\"a\":[]}}",
    "{\"labels\":{\"a\":\"1\",}}",
    "{\"labels\":{\"a\":1}}",
    "{\"customer_name\":\"a\"}",
    "{\"customerName\":\"a\",\"customer_name\":\"b\"}",
    "{\"CustomerName\":\"a\"}",
    "{\"unknown\":{\"deep\":[1,{\"x\":null}]},\"id\":\"a\"}",
    "{\"unknown\":{\"a\":1,\"a\":2},\"id\":\"a\"}",
    "{\"unknown\":{a:1},\"id\":\"a\"}",
    "{\"unknown\":'a',\"id\":\"a\"}",
    "{\"unknown\":[1,],\"id\":\"a\"}",
    "{\"unknown\":{\"\\u0061\":1}}",
    "{\"unknown\":{\"\":1}}",
    "{\"unknown\":[[[[]]]]}",
    "{\"unknown\":[}",
    "{\"unknown\":{]}",
    "{\"unknown\":1 2}",
    "{\"unknown\":\"\xff\"}",
    "{\"\xff\":1}",
    "{\"\xc3\xa9\":1}",
    "{\"lines\":[{\"sku\":\"a\",\"price\":1.5},{\"sku\":\"b\",\"price\":\"x\"}]}",
    "{\"lines\":[{\"quantity\":-1}]}",
    "{\"leaf\":{\"count\":\"x\"}}",
    "{\"leaf\":5}",
    "{\"leaf\":[]}",
    "{\"leaf\":\"\"}",
    "{\"id\":5}",
    "{\"id\":{}}",
    "{\"id\":[]}",
    "{\"paid\":1}",
    "{\"codes\":{}}"};

TEST(JsonDifferentialTest, DocumentsOfAllShapes) {
  SilenceProtobufLog();
  for (const char* json : kDocuments) ParsesAlike<Order>(json);
  ParsesAlike<Order>(std::string_view("{\"id\":\"a\0b\"}", 12));
  ParsesAlike<Order>(std::string_view("{\"id\":\"a\"}\0", 11));
}

constexpr const char* kOneofs[] = {"{\"text\":\"a\",\"number\":1}",
                                   "{\"text\":\"a\",\"text\":\"b\"}",
                                   "{\"text\":\"a\",\"number\":null}",
                                   "{\"text\":null,\"number\":1}",
                                   "{\"text\":\"a\",\"data\":\"AA==\"}",
                                   "{\"leaf\":{},\"leaf\":{}}",
                                   "{\"leaf\":{},\"text\":\"\"}",
                                   "{\"text\":\"\"}",
                                   "{\"number\":\"0\"}",
                                   "{\"flag\":false}",
                                   "{\"color\":\"nope\",\"text\":\"a\"}",
                                   "{\"color\":\"COLOR_RED\",\"flag\":true}",
                                   "{\"leaf\":null}",
                                   "{\"text\":\"a\",\"outside\":\"b\",\"real\":\"NaN\"}",
                                   "{\"data\":\"\",\"real\":0}"};

TEST(JsonDifferentialTest, OneofsAndOptionals) {
  for (const char* json : kOneofs) ParsesAlike<Oneofs>(json);
  for (const char* json :
       {"{\"i32\":1,\"i32\":2}", "{\"i32\":0}", "{\"text\":\"\"}", "{\"flag\":false,\"leaf\":{}}",
        "{\"i32\":null,\"i32\":2}", "{\"leaf\":{},\"leaf\":{}}", "{\"data\":\"\",\"number\":0}"}) {
    ParsesAlike<Optionals>(json);
  }
}

TEST(JsonDifferentialTest, NamesOfAllKinds) {
  for (const char* key : {"snakeCaseName", "snake_case_name", "camelCase",
                          "custom",        "@other",          "<a&b>\\\"\\\\",
                          "html",          "accent",          "\xc3\xa9\xe2\x80\xa8",
                          "crossed_a",     "crossed_b",       "crossed_c",
                          "crossedA",      "_leading",        "Leading",
                          "trailing_",     "trailing",        "UPPER",
                          "upper",         "digit1X",         "digit_1_x",
                          "lastNumber",    "last_number",     "nope",
                          "snakeCaseNam",  "snakeCaseNames"}) {
    ParsesAlike<Names>("{\"" + std::string(key) + "\":\"v\"}");
    ParsesAlike<Names>("{\"" + std::string(key) + "\":\"v\",\"camelCase\":\"w\",\"@other\":\"x\"}");
  }
}

std::string Repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all.append(text);
  return all;
}

TEST(JsonDifferentialTest, NestingUpToTheLimitAndBeyond) {
  SilenceProtobufLog();
  for (const int levels : {1, 62, 63, 64, 65, 66, 98, 99, 100, 101, 102, 199, 200, 201}) {
    ParsesAlike<Tree>(Repeat("{\"left\":", levels) + "{}" + Repeat("}", levels));
    ParsesAlike<Tree>(Repeat("{\"more\":[", levels) + Repeat("]}", levels));
    ParsesAlike<Tree>(Repeat("{\"nope\":", levels) + "1" + Repeat("}", levels));
    ParsesAlike<Tree>("{\"nope\":" + Repeat("[", levels) + Repeat("]", levels) + "}");
    ParsesAlike<Maps>(Repeat("{\"deeper\":{\"k\":", levels) + "{}" + Repeat("}}", levels));
    Tree tree;
    Tree* inner = &tree;
    for (int i = 0; i < levels; ++i) inner = i % 2 == 0 ? inner->mutable_left() : inner->add_more();
    PrintsAlike(tree);
  }
}

TEST(JsonDifferentialTest, TypesWithFormsOfTheirOwnAreLeftToJsonUtil) {
  SilenceProtobufLog();
  EXPECT_EQ(FindJsonTable(Stamped()), nullptr);
  EXPECT_EQ(FindJsonTable(NullHolder()), nullptr);
  EXPECT_EQ(FindJsonTable(google::protobuf::FileDescriptorProto()), nullptr);
  EXPECT_NE(FindJsonTable(Tree()), nullptr) << "Empty is a message like any other";
  EXPECT_TRUE(ParsesAlike<Stamped>(R"({"name":"n","inside":[{"at":"2026-11-21T10:00:00Z"}]})"));
  EXPECT_TRUE(ParsesAlike<NullHolder>(R"({"nothing":null,"name":"n"})"));
}

// What the tables are for must not end in json_util unseen.
TEST(JsonDifferentialTest, OrdinaryDocumentsAreReadByTheTables) {
  for (const char* json :
       {R"({"id":"a","customerName":"b","createdMs":"5","paid":true,"color":"COLOR_BLUE"})",
        R"({ "lines" : [ {"sku":"s","quantity":2,"price":1.5} , {} ], "labels": {"a":"b"} })",
        R"({"customer_name":"b","createdMs":5,"unknown":[{"x":1.5e3},null],"note":"a\n\u00e9"})",
        R"({"codes":[1,"2",3.0],"leaf":{"name":null,"count":-3},"note":"é😀"})"}) {
    EXPECT_TRUE(ReadByTable<Order>(json)) << json;
    EXPECT_TRUE(ParsesAlike<Order>(json)) << json;
  }
  // As many objects as may nest stand side by side in any number.
  const std::string line = R"({"sku":"s"},)";
  EXPECT_TRUE(ReadByTable<Order>("{\"lines\":[" + Repeat(line, 150) + "{}]}"));
  EXPECT_TRUE(ReadByTable<Scalars>(R"({"single":"NaN","number":-1e-3,"data":"_-8","color":5})"));
  EXPECT_TRUE(ReadByTable<Maps>(R"({"byBool":{"true":"a"},"byFixed64":{"7":{"name":"x"}}})"));
  EXPECT_TRUE(ReadByTable<Oneofs>(R"({"leaf":{"count":1},"real":2})"));
}

// Each message printed by both, and read back by both.
template <class M>
void RandomMessagesAgree(int count) {
  Random random(20261121);
  for (int i = 0; i < count; ++i) {
    M message;
    FillRandomly(random, static_cast<int>(random.Below(4)), &message);
    PrintsAlike(message);
    if (testing::Test::HasFailure()) break;
  }
}

TEST(JsonDifferentialTest, RandomScalars) { RandomMessagesAgree<Scalars>(1500); }
TEST(JsonDifferentialTest, RandomOptionals) { RandomMessagesAgree<Optionals>(500); }
TEST(JsonDifferentialTest, RandomLists) { RandomMessagesAgree<Lists>(500); }
TEST(JsonDifferentialTest, RandomMaps) { RandomMessagesAgree<Maps>(300); }
TEST(JsonDifferentialTest, RandomOneofs) { RandomMessagesAgree<Oneofs>(500); }
TEST(JsonDifferentialTest, RandomTrees) { RandomMessagesAgree<Tree>(200); }
TEST(JsonDifferentialTest, RandomNames) { RandomMessagesAgree<Names>(500); }

// All characters, one after another.
TEST(JsonDifferentialTest, EveryCharacterIsEscapedAlike) {
  for (uint32_t page = 0; page < 0x110000; page += 0x400) {
    if (page >= 0xD800 && page < 0xE000) continue;
    testdata::Leaf leaf;
    for (uint32_t code = page; code < page + 0x400; ++code) {
      testdata::AppendCharacter(code, leaf.mutable_name());
    }
    PrintsAlike(leaf);
  }
}

TEST(JsonDifferentialTest, StringsThatAreNotUtf8AreNotPrinted) {
  SilenceProtobufLog();
  for (const char* text : {"\xff", "a\xc3", "\xed\xa0\x80", "abcdefgh\x80", "\xf4\x90\x80\x80"}) {
    testdata::Leaf leaf;
    leaf.set_name(text);
    PrintsAlike(leaf);
    Maps maps;
    (*maps.mutable_by_string())[text] = "v";
    PrintsAlike(maps);
    Lists lists;
    lists.add_text(text);
    PrintsAlike(lists);
  }
}

TEST(JsonDifferentialTest, FieldsOfNewerSchemasAreLeftOut) {
  Scalars full;
  Random random(7);
  FillRandomly(random, 2, &full);
  testdata::Leaf leaf;  // has numbers 1 and 2 of its own
  ASSERT_TRUE(leaf.ParseFromString(full.SerializeAsString()));
  PrintsAlike(leaf);
  Tree tree;
  ASSERT_TRUE(tree.ParseFromString("\x0a\x01v\xa3\x06\xa4\x06"));  // with an unknown group
  PrintsAlike(tree);
}

// A valid document with a few bytes changed, taken out, doubled or moved.
std::string Mutated(Random& random, std::string json) {
  constexpr std::string_view kPieces = "{}[]\",:\\0129.eE+-tfn u/x'\xc3\xa9\xff\x01";
  for (uint32_t changes = 1 + random.Below(3); changes > 0 && !json.empty(); --changes) {
    const auto size = static_cast<uint32_t>(json.size());
    const uint32_t at = random.Below(size);
    const uint32_t length = random.Below(8);
    switch (random.Below(5)) {
      case 0:
        json[at] = kPieces[random.Below(static_cast<uint32_t>(kPieces.size()))];
        break;
      case 1:
        json.insert(at, 1, kPieces[random.Below(static_cast<uint32_t>(kPieces.size()))]);
        break;
      case 2:
        json.erase(at, 1 + length);
        break;
      case 3:
        json.insert(at, json.substr(random.Below(size), length));
        break;
      default:
        json.insert(at, kValues[random.Below(static_cast<uint32_t>(std::size(kValues)))]);
    }
  }
  return json;
}

template <class M>
void MutationsAgree(int count) {
  SilenceProtobufLog();
  Random random(4711);
  int taken = 0;
  for (int i = 0; i < count; ++i) {
    M message;
    FillRandomly(random, 1, &message);
    std::string json;
    ASSERT_TRUE(JsonCodec().Serialize(message, &json).ok());
    for (int n = 0; n < 20; ++n) taken += ParsesAlike<M>(Mutated(random, json));
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_GT(taken, count) << "some mutations are harmless";
}

TEST(JsonDifferentialTest, MutatedOrders) { MutationsAgree<Order>(200); }
TEST(JsonDifferentialTest, MutatedScalars) { MutationsAgree<Scalars>(100); }
TEST(JsonDifferentialTest, MutatedMaps) { MutationsAgree<Maps>(60); }
TEST(JsonDifferentialTest, MutatedLists) { MutationsAgree<Lists>(60); }
TEST(JsonDifferentialTest, MutatedOneofs) { MutationsAgree<Oneofs>(100); }

}  // namespace
}  // namespace mailroom::rpc
