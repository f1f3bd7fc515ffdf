// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/protocol.h"

#include <type_traits>

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

// Its headers are views into its own text.
static_assert(!std::is_copy_constructible_v<Answer> && !std::is_move_constructible_v<Answer>);

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

}  // namespace
}  // namespace mailroom::rpc
