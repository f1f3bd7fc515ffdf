// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/wire_metadata.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;
using std::string_view_literals::operator""sv;

Pairs PairsOf(const Metadata& metadata) {
  Pairs pairs;
  for (size_t i = 0; i < metadata.size(); ++i) {
    pairs.emplace_back(metadata[i].key, metadata[i].value);
  }
  return pairs;
}

Metadata One(std::string_view key, BytesView value) {
  Metadata metadata;
  metadata.Add(key, value);
  return metadata;
}

TEST(RequestFieldTest, KeysAreLoweredAndValuesKept) {
  Metadata metadata;
  ASSERT_TRUE(AddRequestField({"X-Shard-ID", "42, 43"}, &metadata).ok());
  ASSERT_TRUE(AddRequestField({"x-empty", ""}, &metadata).ok());
  EXPECT_EQ(PairsOf(metadata), (Pairs{{"x-shard-id", "42, 43"}, {"x-empty", ""}}));
}

TEST(RequestFieldTest, BinaryValuesAreDecodedPaddedOrNot) {
  for (const char* name : {"trace-bin", "Trace-BIN"}) {
    for (const char* value : {"AAECAw", "AAECAw=="}) {
      Metadata metadata;
      ASSERT_TRUE(AddRequestField({name, value}, &metadata).ok());
      EXPECT_EQ(PairsOf(metadata), (Pairs{{"trace-bin", std::string("\0\1\2\3", 4)}}));
    }
  }
}

TEST(RequestFieldTest, JoinedBinaryValuesComeApartInOrder) {
  Metadata metadata;
  ASSERT_TRUE(AddRequestField({"a-bin", "YQ==,Yg ,\tYw"}, &metadata).ok());
  ASSERT_TRUE(AddRequestField({"a-bin", ""}, &metadata).ok());
  EXPECT_EQ(PairsOf(metadata),
            (Pairs{{"a-bin", "a"}, {"a-bin", "b"}, {"a-bin", "c"}, {"a-bin", ""}}));
}

// Found by tests/fuzz/connect_head: the key was copied once for each comma.
TEST(RequestFieldTest, ManyValuesUnderALongNameAreRefusedBeforeTheyGrow) {
  const std::string name = std::string(8000, 'k') + "-bin";
  Metadata metadata;
  EXPECT_EQ(AddRequestField({name, std::string(8000, ',')}, &metadata).code(),
            Code::kInvalidArgument);
  EXPECT_LT(metadata.bytes(), 100'000u);
  metadata.Clear();
  EXPECT_TRUE(AddRequestField({"k-bin", std::string(8000, ',')}, &metadata).ok());
}

TEST(RequestFieldTest, WhatIsNotBase64IsInvalidArgument) {
  for (const char* value : {"*", "YQ=", "a", "YQ, *", "Y Q"}) {
    Metadata metadata;
    const Status status = AddRequestField({"a-bin", value}, &metadata);
    EXPECT_EQ(status.code(), Code::kInvalidArgument) << value;
    EXPECT_EQ(status.message(), "header \"a-bin\" is not base64");
  }
}

TEST(RequestFieldTest, ALongNameIsCutBeforeItIsRepeated) {
  Metadata metadata;
  const std::string name = std::string(10000, 'a') + "-bin";
  EXPECT_EQ(AddRequestField({name, "*"}, &metadata).message(),
            "header \"" + std::string(200, 'a') + "...\" is not base64");
  metadata.Add(std::string(10000, '!'), "");
  EXPECT_EQ(CheckTrailing(metadata).message(), "the handler's metadata cannot be sent: key \"" +
                                                   std::string(200, '!') +
                                                   "...\" has characters other than a-z 0-9 _ - .");
}

TEST(CheckMetadataTest, OrdinaryMetadataMayBeSent) {
  Metadata metadata;
  metadata.Add("X-Count", "7");
  metadata.Add("set-cookie", "a=b; Path=/");
  metadata.Add("retry-after", "");
  metadata.Add("a.b_c-1", " ~");
  metadata.Add("any-bin", std::string("\r\n\0\xff", 4));
  EXPECT_TRUE(CheckLeading(metadata).ok());
  EXPECT_TRUE(CheckTrailing(metadata).ok());
}

// A value that splits the response, a key that is none.
TEST(CheckMetadataTest, HostileValuesAndKeysAreInternal) {
  for (const std::string_view value : {"a\r\nset-cookie: x"sv, "\n"sv, "\r"sv, "a\0b"sv, "\x7f"sv,
                                       "\t"sv, "\x1b[2J"sv, "caf\xc3\xa9"sv, "\xff"sv}) {
    EXPECT_EQ(CheckLeading(One("x-a", value)).code(), Code::kInternal) << value;
    EXPECT_EQ(CheckTrailing(One("x-a", value)).code(), Code::kInternal) << value;
  }
  for (const std::string_view key : {""sv, " "sv, "a b"sv, "a:"sv, ":status"sv, "a\r\nb"sv, "a\0"sv,
                                     "\xc3\xa9"sv, "a/b"sv, "a\""sv, "a\r-bin"sv, "a!"sv}) {
    EXPECT_EQ(CheckLeading(One(key, "x")).code(), Code::kInternal) << key;
    EXPECT_EQ(CheckTrailing(One(key, "x")).code(), Code::kInternal) << key;
  }
}

TEST(CheckMetadataTest, NamesOfHttpAndOfTheProtocolAreInternal) {
  for (const char* key : {"Content-Length", "content-type", "transfer-encoding", "connection",
                          "date", "host", "te", "content-encoding", "trailer"}) {
    EXPECT_EQ(CheckLeading(One(key, "x")).code(), Code::kInternal) << key;
    EXPECT_TRUE(CheckTrailing(One(key, "x")).ok()) << key << " behind a prefix harms nobody";
  }
  for (const char* key : {"connect-", "Connect-Timeout-Ms", "connect-x-bin", "grpc-status",
                          "Grpc-Status-Details-Bin"}) {
    EXPECT_EQ(CheckLeading(One(key, "x")).code(), Code::kInternal) << key;
    EXPECT_EQ(CheckTrailing(One(key, "x")).code(), Code::kInternal) << key;
  }
  EXPECT_EQ(CheckLeading(One("trailer-x", "x")).code(), Code::kInternal);
  EXPECT_TRUE(CheckTrailing(One("trailer-x", "x")).ok());
}

TEST(CheckMetadataTest, OneBadEntryAmongGoodOnesIsFound) {
  Metadata metadata;
  metadata.Add("a", "1");
  metadata.Add("b", "2\n");
  metadata.Add("c", "3");
  const Status status = CheckLeading(metadata);
  EXPECT_NE(status.message().find("\"b\""), std::string_view::npos) << status.ToString();
  EXPECT_EQ(status.message().find('\n'), std::string_view::npos) << "the value is not repeated";
}

// RFC 9113 s6.5.2: 32 beside each name and value; "-bin" values as they are sent.
TEST(ListSizeTest, CountsWhatTheWireCarries) {
  Metadata metadata;
  EXPECT_EQ(ListSize(metadata, "trailer-"), 0u);
  metadata.Add("a", "12");
  EXPECT_EQ(ListSize(metadata, ""), 35u);
  EXPECT_EQ(ListSize(metadata, "trailer-"), 43u);
  metadata.Add("b-bin", std::string(3, '\0'));
  EXPECT_EQ(ListSize(metadata, ""), 35u + 5 + 4 + 32);
  EXPECT_TRUE(CheckSize(kMaxAnswerMetadata).ok());
  const Status over = CheckSize(kMaxAnswerMetadata + 1);
  EXPECT_EQ(over.code(), Code::kInternal);
  EXPECT_NE(over.message().find("12289 bytes"), std::string_view::npos) << over.ToString();
}

TEST(AppendFieldsTest, EveryEntryInOrderInTheRoomThatWasAskedFor) {
  Metadata metadata;
  metadata.Add("a", "1");
  metadata.Add("b-bin", std::string("\0\xff", 2));
  metadata.Add("a", "2");
  for (const std::string_view prefix : {""sv, "trailer-"sv}) {
    std::string text;
    text.reserve(ComposedSize(metadata, prefix));
    const char* const before = text.data();
    http::Headers fields;
    AppendFields(metadata, prefix, &fields, &text);
    EXPECT_EQ(text.data(), before) << "views must not move";
    EXPECT_EQ(text.size(), ComposedSize(metadata, prefix));
    Pairs pairs;
    for (const http::Field& field : fields) pairs.emplace_back(field.name, field.value);
    const std::string p(prefix);
    EXPECT_EQ(pairs, (Pairs{{p + "a", "1"}, {p + "b-bin", "AP8"}, {p + "a", "2"}}));
  }
}

}  // namespace
}  // namespace mailroom::rpc
