// SPDX-License-Identifier: Apache-2.0
// Replies whose strings are not UTF-8: the log names the method and the field.
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/base/log.h"
#include "mailroom/rpc/protobuf_log.h"
#include "mailroom/tests/integration/sessions_fixture.h"

namespace mailroom::tests {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kGreet = "/mailroom.greet.v1.GreetService/Greet";

// Answer with half a character.
class HalfActor final : public echo::v1::EchoServiceActor<HalfActor> {
 public:
  Result<echo::v1::EchoResponse> Echo(const echo::v1::EchoRequest&, Call&) {
    echo::v1::EchoResponse response;
    response.set_message("caf\xc3");
    return response;
  }
};

class HalfGreeter final : public greet::v1::GreetServiceActor<HalfGreeter> {
 public:
  Result<greet::v1::GreetResponse> Greet(const greet::v1::GreetRequest&, Call&) {
    greet::v1::GreetResponse response;
    response.set_message("caf\xc3");
    return response;
  }
};

class ReplyTextTest : public ::testing::Test {
 protected:
  ReplyTextTest() {
    rpc::SilenceProtobufLog();
    LogOptions options;
    options.sink = [this](std::string_view line) { lines.emplace_back(line); };
    InitLogging(std::move(options));
    server.Add<HalfActor>();
    server.Add<HalfGreeter>();
  }
  ~ReplyTextTest() override { InitLogging(LogOptions()); }

  InMemoryServer server;
  std::vector<std::string> lines;
};

// The log takes one line a second of each kind and actor: their number is not checked.
TEST_F(ReplyTextTest, AReplyThatIsNotUtf8IsLoggedWithItsMethodAndField) {
  for (int i = 0; i < 2; ++i) {
    const HttpReply json = server.Post(kEcho, kJson, "{}");
    EXPECT_EQ(json.status, 500);
    EXPECT_THAT(json.body, AllOf(HasSubstr("\"internal\""), HasSubstr("field message of the")));
    EXPECT_EQ(server.Post(kEcho, "application/proto", "").status, 200);
  }
  const std::string field = std::string(kEcho) + " is not UTF-8 in its field message: ";
  const auto says_json = HasSubstr(field + "JSON cannot hold it");
  const auto says_binary = HasSubstr(field + "clients refuse it");
  EXPECT_THAT(lines, Contains(says_json));
  EXPECT_THAT(lines, Contains(says_binary));
  EXPECT_THAT(lines, Each(AnyOf(says_json, says_binary)));
  EXPECT_EQ(server.Post(kGreet, "application/proto", "").status, 200);
  EXPECT_THAT(lines.back(), HasSubstr(std::string(kGreet) + " is not UTF-8"));
  EXPECT_EQ(server.Metric("mailroom_non_utf8_replies_total"), 5);
}

TEST_F(ReplyTextTest, WhatIsWrittenSoIsNotedOnce) {
  EXPECT_FALSE(rpc::TakeNonUtf8Written());
  echo::v1::EchoResponse response;
  response.set_message("caf\xc3");
  EXPECT_FALSE(response.SerializeAsString().empty());
  EXPECT_TRUE(rpc::TakeNonUtf8Written());
  EXPECT_FALSE(rpc::TakeNonUtf8Written());
}

// A peer's is the peer's mistake, and told to it alone.
TEST_F(ReplyTextTest, ARequestThatIsNotUtf8IsNotLogged) {
  EXPECT_EQ(server.Post(kEcho, "application/proto", "\x0a\x01\xff").status, 400);
  EXPECT_FALSE(rpc::TakeNonUtf8Written());
  EXPECT_THAT(lines, IsEmpty());
}

}  // namespace
}  // namespace mailroom::tests
