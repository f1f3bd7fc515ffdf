// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/connect/connect_error.h"

#include <string>

#include <google/protobuf/struct.pb.h>
#include <gtest/gtest.h>

#include "mailroom/base/utf8.h"
#include "mailroom/echo/v1/echo.pb.h"
#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/error_bounds.h"
#include "mailroom/rpc/error_detail.h"

namespace mailroom::rpc {
namespace {

std::string Written(const Status& error) {
  std::string json;
  AppendConnectError(error, &json);
  return json;
}

ErrorDetail SampleDetail() {
  mailroom::echo::v1::EchoRequest message;
  message.set_message("hi");
  return MakeErrorDetail(message);
}

TEST(ConnectErrorTest, CodeAloneWhenThereIsNothingElse) {
  EXPECT_EQ(Written(Status(Code::kUnavailable)), R"({"code":"unavailable"})");
  EXPECT_EQ(Written(NotFound("no such account")),
            R"({"code":"not_found","message":"no such account"})");
}

TEST(ConnectErrorTest, EveryCodeIsSpelledAsConnectSpellsIt) {
  for (int i = 1; i < kCodeCount; ++i) {
    const auto code = static_cast<Code>(i);
    EXPECT_EQ(Written(Status(code)), "{\"code\":\"" + std::string(CodeName(code)) + "\"}");
    EXPECT_EQ(ParseConnectError(200, Written(Status(code))).code(), code);
  }
}

TEST(ConnectErrorTest, DetailsAreAList) {
  Status status = FailedPrecondition("overdrawn");
  status.AddDetail(SampleDetail());
  const std::string detail = R"({"type":"mailroom.echo.v1.EchoRequest","value":"CgJoaQ",)"
                             R"("debug":{"message":"hi"}})";
  EXPECT_EQ(Written(status),
            R"({"code":"failed_precondition","message":"overdrawn","details":[)" + detail + "]}");
  status.AddDetail(SampleDetail());
  EXPECT_EQ(Written(status), R"({"code":"failed_precondition","message":"overdrawn","details":[)" +
                                 detail + "," + detail + "]}");
}

TEST(ConnectErrorTest, AnyMessageGivesValidJson) {
  for (const std::string& hostile :
       {std::string("\"}{\"code\":\"ok"), std::string("\\"), std::string("a\0b", 3),
        std::string("\xff\xc3"), std::string("</script>"), std::string("\r\n\t\x7f"),
        std::string("\xed\xa0\x80"), std::string("\xe2\x80\xa8")}) {
    const std::string json = Written(Internal(hostile));
    EXPECT_TRUE(IsUtf8(json)) << json;
    google::protobuf::Struct object;
    ASSERT_TRUE(JsonCodec().Parse(json, &object).ok()) << json;
    EXPECT_EQ(object.fields_size(), 2) << json;
    EXPECT_EQ(object.fields().at("code").string_value(), "internal");
    const bool kept = object.fields().at("message").string_value() == hostile;
    EXPECT_EQ(kept, IsUtf8(hostile)) << json;
  }
}

// Each malformed byte was told in three: 12 KiB left.
TEST(ConnectErrorTest, ATextIsWithinItsBoundAlsoAsItIsWritten) {
  for (const size_t size : {size_t{2000}, kMaxErrorText, size_t{1'000'000}}) {
    for (const std::string unit : {"\xff", "a\xc3", "\xf0\x9f\x93", "\xe2\x82\xac"}) {
      std::string hostile;
      while (hostile.size() < size) hostile += unit;
      const std::string read(ParseConnectError(500, Written(Internal(hostile))).message());
      EXPECT_LE(read.size(), kMaxErrorText) << size;
      EXPECT_GE(read.size(), size_t{2000}) << "and little is lost";
    }
  }
}

TEST(ConnectErrorTest, WhatIsWrittenIsReadBack) {
  Status status = PermissionDenied("not \"you\" \xc3\xa9");
  status.AddDetail(SampleDetail());
  ErrorDetail foreign;
  foreign.type = "acme.v1.Unknown";
  foreign.value = std::string("\0\xff", 2);
  status.AddDetail(foreign);
  const Status read = ParseConnectError(403, Written(status));
  EXPECT_EQ(read.code(), status.code());
  EXPECT_EQ(read.message(), status.message());
  ASSERT_EQ(read.details().size(), 2u);
  EXPECT_EQ(read.details()[0].value, SampleDetail().value);
  EXPECT_EQ(read.details()[1].type, "acme.v1.Unknown");
  EXPECT_EQ(read.details()[1].value, foreign.value);
}

TEST(ParseConnectErrorTest, HttpStatusDecidesWithoutACode) {
  struct Row {
    int http;
    const char* body;
    Code code;
    const char* message;
  };
  const Row rows[] = {
      {503, "", Code::kUnavailable, "HTTP status 503"},
      {404, "<html>not here</html>", Code::kUnimplemented, "HTTP status 404"},
      {400, "{}", Code::kInternal, "HTTP status 400"},
      {401, R"({"code":null})", Code::kUnauthenticated, "HTTP status 401"},
      {403, R"({"code":"nope","message":"m"})", Code::kPermissionDenied, "m"},
      {500, R"({"code":5,"message":5})", Code::kUnknown, "HTTP status 500"},
      {502, R"(["code"])", Code::kUnavailable, "HTTP status 502"},
      {404, R"({"code":"not_found"})", Code::kNotFound, ""},
      {200, R"({"code":"ok"})", Code::kUnknown, "HTTP status 200"},
      {500, R"({"code":"aborted","extra":[1]})", Code::kAborted, ""},
  };
  for (const Row& row : rows) {
    const Status status = ParseConnectError(row.http, row.body);
    EXPECT_EQ(status.code(), row.code) << row.body;
    EXPECT_EQ(status.message(), row.message) << row.body;
  }
}

TEST(ParseConnectErrorTest, MalformedDetailsAreLeftOut) {
  const Status status = ParseConnectError(500, R"({"code":"internal","details":[
      5, null, {}, {"type":"a.B"}, {"value":"YQ"}, {"type":"","value":"YQ"},
      {"type":5,"value":"YQ"}, {"type":"a.B","value":"*"},
      {"type":"a.B","value":"YQ==","debug":[[["x"]]]}]})");
  ASSERT_EQ(status.details().size(), 1u);
  EXPECT_EQ(status.details()[0].value, "a");
  EXPECT_TRUE(status.details()[0].debug.empty());
  EXPECT_TRUE(ParseConnectError(500, R"({"code":"internal","details":{}})").details().empty());
}

}  // namespace
}  // namespace mailroom::rpc
