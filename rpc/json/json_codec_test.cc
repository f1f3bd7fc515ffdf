// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>

#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include "mailroom/bank/v1/bank.pb.h"
#include "mailroom/base/utf8.h"
#include "mailroom/echo/v1/echo.pb.h"
#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/protobuf_log.h"

namespace mailroom::rpc {
namespace {

using google::protobuf::Message;
using mailroom::bank::v1::DepositRequest;
using mailroom::echo::v1::EchoRequest;

std::string ToJson(const Message& message) {
  std::string json;
  const Status status = JsonCodec().Serialize(message, &json);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return json;
}

// What the parser says, "ok" when it says nothing.
std::string ParseWords(std::string_view json) {
  EchoRequest request;
  request.set_message("gone");
  const Status status = JsonCodec().Parse(json, &request);
  if (status.ok()) return "ok";
  EXPECT_EQ(status.code(), Code::kInvalidArgument) << json;
  EXPECT_EQ(request.ByteSizeLong(), 0u) << json;
  std::string_view words = status.message();
  const std::string_view prefix = "the body is not a mailroom.echo.v1.EchoRequest in JSON: ";
  if (words.starts_with(prefix)) words.remove_prefix(prefix.size());
  return std::string(words);
}

TEST(JsonCodecTest, MessageSurvivesTheRoundTrip) {
  DepositRequest request;
  request.set_account_id("a\"\\\n\xc3\xa9\xf0\x9f\x98\x80");
  request.set_amount(std::numeric_limits<int64_t>::min());
  const std::string json = ToJson(request);
  EXPECT_NE(json.find("\"-9223372036854775808\""), std::string::npos) << "int64 is a string";
  DepositRequest read;
  ASSERT_TRUE(JsonCodec().Parse(json, &read).ok());
  EXPECT_EQ(read.SerializeAsString(), request.SerializeAsString());
}

TEST(JsonCodecTest, AppendsCanonicalNamesAndLeavesDefaultsOut) {
  EchoRequest request;
  std::string json = "kept";
  ASSERT_TRUE(JsonCodec().Serialize(request, &json).ok());
  EXPECT_EQ(json, "kept{}");
  request.set_delay_ms(5);
  EXPECT_EQ(ToJson(request), "{\"delayMs\":5}");
}

TEST(JsonCodecTest, ReadsBothNamesAndNumbersInEitherForm) {
  for (const char* json : {"{\"delayMs\":7}", "{\"delay_ms\":7}", "{\"delayMs\":\"7\"}",
                           "{\"delayMs\":7.0}", " \r\n\t{ \"delayMs\" : 7 } \n"}) {
    EchoRequest request;
    ASSERT_TRUE(JsonCodec().Parse(json, &request).ok()) << json;
    EXPECT_EQ(request.delay_ms(), 7u) << json;
  }
}

TEST(JsonCodecTest, UnknownFieldsAreIgnored) {
  EchoRequest request;
  ASSERT_TRUE(
      JsonCodec().Parse(R"({"nope":[{"a":[1,null]}],"message":"m","x":{}})", &request).ok());
  EXPECT_EQ(request.message(), "m");
}

// connect-go refuses an empty body too: an empty message is "{}".
TEST(JsonCodecTest, EmptyBodyIsNoJson) {
  EXPECT_EQ(ParseWords(""), "the body is empty: JSON needs at least {}");
  EXPECT_EQ(ParseWords("  "), "Unexpected end of string. Expected a value");
  EXPECT_EQ(ParseWords("{}"), "ok");
}

TEST(JsonCodecTest, SaysInOneLineWhatIsWrong) {
  const std::pair<const char*, const char*> rows[] = {
      {"null", "Root element must be a message"},
      {"[]", "Root element must be a message"},
      {"{", "Unexpected end of string. Expected an object key or }"},
      {"{\"message\":\"a\"}x", "Parsing terminated before end of input near 'x'"},
      {"{\"message\" 1}", "Expected : between key:value pair near '1}'"},
      {"{\"message\":5}", "(message): invalid value 5 for type TYPE_STRING"},
      {"{\"delayMs\":-1}", "(delay_ms): invalid value -1 for type TYPE_UINT32"},
      {"{\"delayMs\":4294967296}", "(delay_ms): invalid value 4294967296 for type TYPE_UINT32"},
      {"{\"delayMs\":1.5}", "(delay_ms): invalid value 1.5 for type TYPE_UINT32"},
      {"{ \"message\":\n\n \"a\", \"delayMs\": oops, \"x\": 1}",
       "Unexpected token near 'oops, \"x\": 1}'"},
      {"\xef\xbb\xbf{}", "Expected a value near '\xef\xbb\xbf{}'"},
      {"<html>", "Expected a value near '<html>'"},
  };
  for (const auto& [json, words] : rows) EXPECT_EQ(ParseWords(json), words) << json;
}

TEST(JsonCodecTest, ErrorTextIsBoundedAndUtf8) {
  for (const std::string& filler : {std::string("x"), std::string("\xe2\x82\xac")}) {
    std::string json = "{\"delayMs\":\"";
    for (int i = 0; i < 100'000; ++i) json += filler;
    const std::string words = ParseWords(json + "\"}");
    EXPECT_LE(words.size(), 200u);
    EXPECT_TRUE(IsUtf8(words)) << words;
    EXPECT_LE(ParseWords(json + "\"").size(), 200u);
  }
}

TEST(JsonCodecTest, InvalidUtf8IsRefused) {
  for (const char* json :
       {"{\"message\":\"\xff\xfe\"}", "{\"message\":\"\xc3\"}", "{\"message\":\"\xed\xa0\x80\"}",
        "{\"m\xff\":1}", "{\"message\":\"\\ud800\"}", "{\"x\":\"\xc0\x80\"}"}) {
    EXPECT_NE(ParseWords(json), "ok") << json;
  }
}

TEST(JsonCodecTest, NulAndControlCharactersSurviveAsEscapes) {
  EchoRequest request;
  ASSERT_TRUE(JsonCodec().Parse("{\"message\":\"a\\u0000\\u0001\"}", &request).ok());
  EXPECT_EQ(request.message(), std::string("a\0\x01", 3));
  EXPECT_EQ(ToJson(request), "{\"message\":\"a\\u0000\\u0001\"}");
}

TEST(JsonCodecTest, WellKnownTypesHaveTheirOwnForms) {
  google::protobuf::Timestamp time;
  ASSERT_TRUE(JsonCodec().Parse("\"2026-11-21T10:00:00.5Z\"", &time).ok());
  EXPECT_EQ(time.nanos(), 500'000'000);
  EXPECT_EQ(ToJson(time), "\"2026-11-21T10:00:00.500Z\"");

  google::protobuf::Duration duration;
  ASSERT_TRUE(JsonCodec().Parse("\"-1.5s\"", &duration).ok());
  EXPECT_EQ(ToJson(duration), "\"-1.500s\"");

  google::protobuf::FieldMask mask;
  ASSERT_TRUE(JsonCodec().Parse("\"accountId,a.bC\"", &mask).ok());
  EXPECT_EQ(mask.paths(0), "account_id");
  EXPECT_EQ(ToJson(mask), "\"accountId,a.bC\"");

  google::protobuf::Struct object;
  ASSERT_TRUE(JsonCodec().Parse(R"({"a":[1,"x",null,true,{"b":{}}]})", &object).ok());
  EXPECT_EQ(ToJson(object), R"({"a":[1,"x",null,true,{"b":{}}]})");

  google::protobuf::BytesValue bytes;
  ASSERT_TRUE(JsonCodec().Parse("\"_-8\"", &bytes).ok());
  EXPECT_EQ(ToJson(bytes), "\"/+8=\"");

  google::protobuf::DoubleValue number;
  ASSERT_TRUE(JsonCodec().Parse("\"NaN\"", &number).ok());
  EXPECT_EQ(ToJson(number), "\"NaN\"");

  google::protobuf::StringValue text;
  ASSERT_TRUE(JsonCodec().Parse("\"hi\"", &text).ok());
  EXPECT_EQ(ToJson(text), "\"hi\"");
}

TEST(JsonCodecTest, AnyOfALinkedTypeIsReadAndWritten) {
  google::protobuf::Any any;
  const std::string json =
      R"({"@type":"type.googleapis.com/mailroom.echo.v1.EchoRequest","message":"m"})";
  ASSERT_TRUE(JsonCodec().Parse(json, &any).ok());
  EchoRequest request;
  ASSERT_TRUE(any.UnpackTo(&request));
  EXPECT_EQ(request.message(), "m");
  EXPECT_EQ(ToJson(any), json);
}

TEST(JsonCodecTest, AnyOfAnUnknownTypeIsAnErrorBothWays) {
  google::protobuf::Any any;
  EXPECT_EQ(JsonCodec().Parse(R"({"@type":"type.googleapis.com/no.Such"})", &any).code(),
            Code::kInvalidArgument);
  any.set_type_url("type.googleapis.com/no.Such");
  any.set_value("x");
  std::string json = "kept";
  const Status status = JsonCodec().Serialize(any, &json);
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_NE(status.message().find("no.Such"), std::string_view::npos) << status.ToString();
  EXPECT_EQ(json, "kept");
}

// json_util throws for these.
TEST(JsonCodecTest, AnAnyWithMoreThanItsValueIsAnInvalidArgument) {
  SilenceProtobufLog();
  const std::string duration = R"("@type":"type.googleapis.com/google.protobuf.Duration")";
  google::protobuf::Any any;
  ASSERT_TRUE(JsonCodec().Parse("{" + duration + R"(,"value":"1s"})", &any).ok());
  for (const std::string& json : {
           "{" + duration + R"(,"value":"1s","x":1})",
           "{" + duration + R"(,"value":"1s","value":"1s"})",
           "{" + duration + R"(,"value":"bad","value":"1s"})",
           R"({"value":"1s",)" + duration + R"(,"value":"1s"})",
           "{" + duration + "," + duration + R"(,"value":"1s"})",
       }) {
    const Status status = JsonCodec().Parse(json, &any);
    EXPECT_EQ(status.code(), Code::kInvalidArgument) << json;
    EXPECT_NE(status.message().find("one \"value\""), std::string_view::npos)
        << json << status.ToString();
    EXPECT_EQ(any.ByteSizeLong(), 0u) << json;
  }
}

TEST(JsonCodecTest, WhatHasNoJsonFormIsInternal) {
  SilenceProtobufLog();
  google::protobuf::Timestamp time;
  time.set_seconds(int64_t{1} << 60);
  google::protobuf::Value unset;
  google::protobuf::UninterpretedOption incomplete;
  incomplete.add_name();
  EchoRequest not_utf8;
  not_utf8.set_message("a\xff");
  google::protobuf::Struct nested;
  (*nested.mutable_fields())["k"].mutable_list_value()->add_values()->set_string_value("\xc3");
  google::protobuf::Struct key;
  (*key.mutable_fields())["\xff"].set_bool_value(true);
  google::protobuf::FieldMask repeated;
  repeated.add_paths("a");
  repeated.add_paths("\xff");
  for (const Message* message : std::initializer_list<const Message*>{
           &time, &unset, &incomplete, &not_utf8, &nested, &key, &repeated}) {
    std::string json = "kept";
    EXPECT_EQ(JsonCodec().Serialize(*message, &json).code(), Code::kInternal)
        << message->GetTypeName() << json;
    EXPECT_EQ(json, "kept");
  }
}

TEST(JsonCodecTest, BytesFieldsTakeAnyBytes) {
  google::protobuf::BytesValue bytes;
  bytes.set_value("\xff\xfe");
  EXPECT_EQ(ToJson(bytes), "\"//4=\"");
}

TEST(JsonCodecTest, EveryCutOfAMessageIsRefused) {
  const std::string json = R"({"message":"a\u00e9\"b","delayMs":12,"x":[{"y":null}]})";
  EXPECT_EQ(ParseWords(json), "ok");
  for (size_t size = 0; size < json.size(); ++size) {
    EXPECT_NE(ParseWords(json.substr(0, size)), "ok") << size;
  }
}

}  // namespace
}  // namespace mailroom::rpc
