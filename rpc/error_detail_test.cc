// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/error_detail.h"

#include <string>
#include <utility>

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include "mailroom/echo/v1/echo.pb.h"

namespace mailroom::rpc {
namespace {

using google::protobuf::StringValue;
using mailroom::echo::v1::EchoRequest;

EchoRequest Sample() {
  EchoRequest message;
  message.set_message("hi");
  message.set_delay_ms(5);
  return message;
}

ErrorDetail Detail(std::string type, std::string value) {
  ErrorDetail detail;
  detail.type = std::move(type);
  detail.value = std::move(value);
  return detail;
}

std::string Written(const ErrorDetail& detail) {
  std::string json;
  AppendErrorDetail(detail, &json);
  return json;
}

TEST(ErrorDetailTest, CarriesAMessageThereAndBack) {
  const ErrorDetail detail = MakeErrorDetail(Sample());
  EXPECT_EQ(detail.type, "mailroom.echo.v1.EchoRequest");
  EchoRequest read;
  ASSERT_TRUE(UnpackErrorDetail(detail, &read));
  EXPECT_EQ(read.SerializeAsString(), Sample().SerializeAsString());
}

TEST(ErrorDetailTest, UnpackRefusesAnotherTypeAndBrokenBytes) {
  StringValue other;
  other.set_value("gone");
  EXPECT_FALSE(UnpackErrorDetail(MakeErrorDetail(Sample()), &other));
  EXPECT_EQ(other.value(), "");
  EchoRequest same;
  EXPECT_FALSE(UnpackErrorDetail(Detail("mailroom.echo.v1.EchoRequest", "\x0a\x7f"), &same));
}

TEST(ErrorDetailTest, IsWrittenWithTypeUnpaddedValueAndDebug) {
  EXPECT_EQ(Written(MakeErrorDetail(Sample())),
            R"({"type":"mailroom.echo.v1.EchoRequest","value":"CgJoaRAF",)"
            R"("debug":{"message":"hi","delayMs":5}})");
  StringValue text;
  text.set_value("x");
  EXPECT_EQ(Written(MakeErrorDetail(text)),
            R"({"type":"google.protobuf.StringValue","value":"CgF4","debug":"x"})");
}

TEST(ErrorDetailTest, TypeUrlBecomesTheBareName) {
  const ErrorDetail detail = Detail("type.googleapis.com/google.protobuf.StringValue", "");
  EXPECT_EQ(Written(detail), R"({"type":"google.protobuf.StringValue","value":""})");
  StringValue read;
  EXPECT_TRUE(UnpackErrorDetail(detail, &read));
}

// The conformance client compares debug with value: none is better than a wrong one.
TEST(ErrorDetailTest, NoDebugForWhatHasNoJsonForm) {
  EXPECT_EQ(Written(Detail("acme.v1.Unknown", "ab")),
            R"({"type":"acme.v1.Unknown","value":"YWI"})");
  google::protobuf::Value unset;
  EXPECT_EQ(Written(MakeErrorDetail(unset)), R"({"type":"google.protobuf.Value","value":""})");
}

TEST(ErrorDetailTest, NoDebugForALargeDetail) {
  EchoRequest large;
  large.set_message(std::string(4093, 'x'));
  EXPECT_NE(Written(MakeErrorDetail(large)).find("debug"), std::string::npos);
  large.set_message(std::string(4094, 'x'));
  EXPECT_EQ(Written(MakeErrorDetail(large)).find("debug"), std::string::npos);
}

TEST(ErrorDetailTest, HostileTypeNameStaysInsideItsString) {
  EXPECT_EQ(Written(Detail("a\"},{\"x\n\xff", "")),
            "{\"type\":\"a\\\"},{\\\"x\\n\\ufffd\",\"value\":\"\"}");
}

}  // namespace
}  // namespace mailroom::rpc
