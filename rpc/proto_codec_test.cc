// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include "mailroom/echo/v1/echo.pb.h"
#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/protobuf_log.h"

namespace mailroom::rpc {
namespace {

using google::protobuf::StringValue;
using google::protobuf::UninterpretedOption;
using google::protobuf::Value;
using mailroom::echo::v1::EchoRequest;

TEST(ProtoCodecTest, MessageSurvivesTheRoundTrip) {
  EchoRequest request;
  request.set_message("h\xc3\xa9llo");
  request.set_delay_ms(7);
  std::string bytes = "kept";
  ASSERT_TRUE(ProtoCodec().Serialize(request, &bytes).ok());
  EXPECT_EQ(bytes, "kept" + request.SerializeAsString());
  EchoRequest read;
  read.set_message("gone");
  ASSERT_TRUE(ProtoCodec().Parse(std::string_view(bytes).substr(4), &read).ok());
  EXPECT_EQ(read.SerializeAsString(), request.SerializeAsString());
}

TEST(ProtoCodecTest, EmptyBodyIsTheDefaultMessage) {
  EchoRequest request;
  request.set_message("gone");
  ASSERT_TRUE(ProtoCodec().Parse("", &request).ok());
  EXPECT_EQ(request.message(), "");
}

TEST(ProtoCodecTest, UnknownFieldsAreNoError) {
  EchoRequest request;
  ASSERT_TRUE(ProtoCodec().Parse("\x0a\x01x\x98\x06\x05", &request).ok());  // field 99
  EXPECT_EQ(request.message(), "x");
}

TEST(ProtoCodecTest, MalformedBytesAreInvalidArgument) {
  SilenceProtobufLog();
  for (const char* bytes : {"\x0a", "\x0a\x05hi", "\xff\xff\xff", "\x0b", "{\"message\":\"x\"}",
                            "\x0a\x02\xff\xfe"}) {  // the last: a string that is not UTF-8
    EchoRequest request;
    request.set_delay_ms(7);
    const Status status = ProtoCodec().Parse(bytes, &request);
    EXPECT_EQ(status.code(), Code::kInvalidArgument) << bytes;
    EXPECT_EQ(status.message(),
              "the body is not a mailroom.echo.v1.EchoRequest in protobuf's binary form");
    EXPECT_EQ(request.ByteSizeLong(), 0u);
  }
}

TEST(ProtoCodecTest, EveryCutOfAMessageIsHandled) {
  EchoRequest request;
  request.set_message(std::string(300, 'm'));
  request.set_delay_ms(300);
  const std::string bytes = request.SerializeAsString();
  for (size_t size = 0; size <= bytes.size(); ++size) {
    EchoRequest read;
    const bool boundary = size == 0 || size == 303 || size == bytes.size();
    EXPECT_EQ(ProtoCodec().Parse(std::string(bytes, 0, size), &read).ok(), boundary) << size;
  }
}

TEST(ProtoCodecTest, DeepNestingIsRefused) {
  Value value;
  Value* inner = &value;
  for (int i = 0; i < 60; ++i) inner = inner->mutable_list_value()->add_values();
  std::string bytes;
  ASSERT_TRUE(ProtoCodec().Serialize(value, &bytes).ok());
  EXPECT_EQ(ProtoCodec().Parse(bytes, &value).code(), Code::kInvalidArgument);
}

TEST(ProtoCodecTest, MissingRequiredFieldIsAnErrorBothWays) {
  UninterpretedOption option;
  option.add_name()->set_name_part("x");
  std::string bytes = "kept";
  const Status written = ProtoCodec().Serialize(option, &bytes);
  EXPECT_EQ(written.code(), Code::kInternal);
  EXPECT_NE(written.message().find("name[0].is_extension"), std::string_view::npos);
  EXPECT_EQ(bytes, "kept");
  const Status read = ProtoCodec().Parse(option.SerializePartialAsString(), &option);
  EXPECT_EQ(read.code(), Code::kInvalidArgument);
  EXPECT_NE(read.message().find("name[0].is_extension"), std::string_view::npos);
  EXPECT_EQ(option.name_size(), 0);
}

TEST(ProtoCodecTest, BytesThatAreNoTextTravelInBytesFields) {
  google::protobuf::BytesValue value;
  value.set_value(std::string("\0\xff\xfe", 3));
  std::string bytes;
  ASSERT_TRUE(ProtoCodec().Serialize(value, &bytes).ok());
  google::protobuf::BytesValue read;
  ASSERT_TRUE(ProtoCodec().Parse(bytes, &read).ok());
  EXPECT_EQ(read.value(), value.value());
}

TEST(CodecTest, ForGivesTheCodecOfTheFormat) {
  EXPECT_EQ(&Codec::For(WireFormat::kProto), &ProtoCodec());
  EXPECT_EQ(&Codec::For(WireFormat::kJson), &JsonCodec());
}

TEST(CodecDeathTest, TypedCallsHaveNoCodec) {
  EXPECT_DEATH(static_cast<void>(Codec::For(WireFormat::kTyped)), "kTyped");
}

// A stranger's bytes must not fill a server's log.
TEST(ProtobufLogTest, SilencedLibraryWritesNothingToStderr) {
  SilenceProtobufLog();
  testing::internal::CaptureStderr();
  StringValue value;
  EXPECT_FALSE(ProtoCodec().Parse("\x0a\x02\xff\xfe", &value).ok());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace mailroom::rpc
