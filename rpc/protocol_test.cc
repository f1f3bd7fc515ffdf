// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/protocol.h"

#include <string>
#include <string_view>
#include <type_traits>

#include <gtest/gtest.h>

#include "mailroom/http/field_list.h"

namespace mailroom::rpc {
namespace {

// Its headers are views into its own text.
static_assert(!std::is_copy_constructible_v<Answer> && !std::is_move_constructible_v<Answer>);

TEST(ProtocolTest, FindGivesTheProtocolThatClaims) {
  const Claim claim = FindProtocol("POST", "application/proto");
  ASSERT_NE(claim.protocol, nullptr);
  EXPECT_EQ(claim.protocol->name(), "connect");
  EXPECT_EQ(claim.format, WireFormat::kProto);
  EXPECT_EQ(FindProtocol("POST", "application/json").format, WireFormat::kJson);
  EXPECT_EQ(FindProtocol("GET", "application/proto").protocol, nullptr);
  EXPECT_EQ(FindProtocol("POST", "image/jpeg").protocol, nullptr);
  EXPECT_EQ(FindProtocol("POST", "").protocol, nullptr);
}

TEST(ProtocolTest, AcceptPostListsWhatIsClaimed) {
  std::string_view rest = AcceptPost();
  int count = 0;
  while (!rest.empty()) {
    const std::string_view type = http::TakeElement(&rest, ',');
    EXPECT_NE(FindProtocol("POST", type).protocol, nullptr) << type;
    ++count;
  }
  EXPECT_EQ(count, 2);
}

TEST(ProtocolTest, ClearLeavesAFreshAnswer) {
  Answer answer;
  answer.status = 404;
  answer.content_type = "x";
  answer.headers.Add("a", "b");
  answer.body = "body";
  answer.has_trailers = true;
  answer.trailers.Add("a", "b");
  answer.text = "text";
  answer.Clear();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "");
  EXPECT_EQ(answer.headers.size(), 0u);
  EXPECT_EQ(answer.body, "");
  EXPECT_FALSE(answer.has_trailers);
  EXPECT_EQ(answer.trailers.size(), 0u);
  EXPECT_EQ(answer.text, "");
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
