// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/field_name.h"

#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/http/headers.h"

namespace mailroom::http {
namespace {

const std::vector<std::pair<std::string, FieldName>>& Known() {
  static const std::vector<std::pair<std::string, FieldName>> known = {
      {"accept-encoding", FieldName::kAcceptEncoding},
      {"connection", FieldName::kConnection},
      {"content-encoding", FieldName::kContentEncoding},
      {"content-length", FieldName::kContentLength},
      {"content-type", FieldName::kContentType},
      {"expect", FieldName::kExpect},
      {"host", FieldName::kHost},
      {"http2-settings", FieldName::kOtherTransport},
      {"keep-alive", FieldName::kOtherTransport},
      {"proxy-connection", FieldName::kOtherTransport},
      {"te", FieldName::kOtherTransport},
      {"trailer", FieldName::kOtherTransport},
      {"transfer-encoding", FieldName::kTransferEncoding},
      {"upgrade", FieldName::kOtherTransport},
      {"connect-accept-encoding", FieldName::kOtherConnect},
      {"connect-content-encoding", FieldName::kOtherConnect},
      {"connect-", FieldName::kOtherConnect},
      {"connect-protocol-version", FieldName::kConnectProtocolVersion},
      {"connect-timeout-ms", FieldName::kConnectTimeoutMs},
  };
  return known;
}

std::string Capitals(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

TEST(FieldNameTest, EachIsRecognisedInAnyCase) {
  for (const auto& [name, known] : Known()) {
    EXPECT_EQ(RecognizeField(name), known) << name;
    EXPECT_EQ(RecognizeField(Capitals(name)), known) << name;
    std::string first = name;
    first.replace(0, 1, Capitals(name.substr(0, 1)));
    EXPECT_EQ(RecognizeField(first), known) << first;
  }
}

TEST(FieldNameTest, ANameThatDiffersInOneLetterIsAnother) {
  for (const auto& [name, known] : Known()) {
    for (size_t at = 0; at < name.size(); ++at) {
      std::string other = name;
      other[at] = '_';
      if (known != FieldName::kOtherConnect) {
        EXPECT_NE(RecognizeField(other), known) << other;
      }
      EXPECT_FALSE(IsTransport(RecognizeField(other))) << other;
    }
    EXPECT_FALSE(IsTransport(RecognizeField(name + "x"))) << name;
    EXPECT_FALSE(IsTransport(RecognizeField(name.substr(1)))) << name;
  }
}

TEST(FieldNameTest, MetadataIsNoneOfThem) {
  for (const char* name : {"", "x", "hosts", "user-agent", "authorization", "cookie", "accept",
                           "traceparent", "forwarded", "trailer-x", "content-language", "connect",
                           "x-connect-timeout-ms", "grpc-timeout"}) {
    EXPECT_EQ(RecognizeField(name), FieldName::kOther) << name;
  }
}

TEST(FieldNameTest, TheTransportsOwnAreToldFromTheProtocols) {
  for (const auto& [name, known] : Known()) {
    EXPECT_EQ(IsTransport(known), !name.starts_with("connect-")) << name;
  }
}

TEST(FieldNameTest, AFieldListKnowsItsFields) {
  Headers headers;
  headers.Add("Content-Type", "application/json");
  headers.Add("X-Who", "ada");
  headers.Add(FieldName::kHost, "Host", "localhost");
  EXPECT_EQ(headers.begin()[0].known, FieldName::kContentType);
  EXPECT_EQ(headers.begin()[1].known, FieldName::kOther);
  EXPECT_EQ(headers.begin()[2].known, FieldName::kHost);
}

}  // namespace
}  // namespace mailroom::http
