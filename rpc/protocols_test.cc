// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/protocols.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "mailroom/http/field_list.h"

namespace mailroom::rpc {
namespace {

TEST(ProtocolsTest, FindGivesTheProtocolThatClaims) {
  const Claim claim = FindProtocol("POST", "application/proto");
  ASSERT_NE(claim.protocol, nullptr);
  EXPECT_EQ(claim.protocol->name(), "connect");
  EXPECT_EQ(claim.format, WireFormat::kProto);
  EXPECT_EQ(FindProtocol("POST", "application/json").format, WireFormat::kJson);
  EXPECT_EQ(FindProtocol("GET", "application/proto").protocol, nullptr);
  EXPECT_EQ(FindProtocol("POST", "image/jpeg").protocol, nullptr);
  EXPECT_EQ(FindProtocol("POST", "").protocol, nullptr);
}

TEST(ProtocolsTest, AcceptPostListsWhatIsClaimed) {
  std::string_view rest = AcceptPost();
  int count = 0;
  while (!rest.empty()) {
    const std::string_view type = http::TakeElement(&rest, ',');
    EXPECT_NE(FindProtocol("POST", type).protocol, nullptr) << type;
    ++count;
  }
  EXPECT_EQ(count, 2);
}

TEST(WriteHttpErrorTest, AnyHttpStatusWithAConnectBody) {
  Answer answer;
  answer.headers.Add("left", "over");
  answer.body = "left over";
  WriteHttpError(405, Code::kUnimplemented, "call it by POST, not \"GET\"", &answer);
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.content_type, "application/json");
  EXPECT_EQ(answer.headers.size(), 0u);
  EXPECT_EQ(answer.body, R"({"code":"unimplemented","message":"call it by POST, not \"GET\""})");
}

}  // namespace
}  // namespace mailroom::rpc
