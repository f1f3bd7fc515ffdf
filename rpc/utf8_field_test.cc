// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/utf8_field.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/api.pb.h>
#include <google/protobuf/struct.pb.h>
#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

TEST(Utf8FieldTest, NamesTheFieldThatIsNot) {
  google::protobuf::Api api;
  EXPECT_EQ(NonUtf8Field(api), "");
  api.set_name("\xc3\xa4");
  EXPECT_EQ(NonUtf8Field(api), "");
  api.set_version("\xff");
  EXPECT_EQ(NonUtf8Field(api), "version");
}

TEST(Utf8FieldTest, NamesThePathThroughOtherMessages) {
  google::protobuf::Api api;
  api.add_methods()->set_name("good");
  api.add_methods()->set_name("\xc3");
  EXPECT_EQ(NonUtf8Field(api), "methods[1].name");
  api.clear_methods();
  api.mutable_source_context()->set_file_name("\x80");
  EXPECT_EQ(NonUtf8Field(api), "source_context.file_name");
}

TEST(Utf8FieldTest, LooksIntoRepeatedStringsAndMaps) {
  google::protobuf::Struct object;
  (*object.mutable_fields())["key"].mutable_list_value()->add_values()->set_string_value("\xff");
  EXPECT_EQ(NonUtf8Field(object), "fields[0].value.list_value.values[0].string_value");
  object.Clear();
  (*object.mutable_fields())["\xff"].set_bool_value(true);
  EXPECT_EQ(NonUtf8Field(object), "fields[0].key");
}

TEST(Utf8FieldTest, BytesMayBeAnything) {
  google::protobuf::Any any;
  any.set_value("\xff");
  EXPECT_EQ(NonUtf8Field(any), "");
}

}  // namespace
}  // namespace mailroom::rpc
