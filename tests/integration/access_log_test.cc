// SPDX-License-Identifier: Apache-2.0
// What stands in the access log for what a client did.
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/server/testing/in_memory_server.h"
#include "mailroom/tests/integration/http_client.h"
#include "mailroom/tests/integration/sessions_fixture.h"

namespace mailroom::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

ServerOptions Logging(size_t sample = 1) {
  ServerOptions options;
  options.access_log = true;
  options.access_log_sample = sample;
  return options;
}

class AccessLogTest : public ::testing::Test {
 protected:
  explicit AccessLogTest(size_t sample = 1) : server(Logging(sample)) {
    server.Add<services::EchoActor>();
    server.Add<services::GreetActor>();
  }
  static std::string Echo(std::string_view body, std::string_view extra = "") {
    return CallText(kEcho, kJson, body, extra);
  }

  InMemoryServer server;
};

TEST_F(AccessLogTest, ACallHasOneLineWithItsTraceAndAgent) {
  server.Exchange(Echo(R"({"message":"hello"})",
                       "user-agent: tests\r\n"
                       "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"));
  EXPECT_THAT(
      server.TakeAccessLog(),
      AllOf(HasSubstr(" protocol=connect method=/mailroom.echo.v1.EchoService/Echo code=ok "
                      "status=200 request_bytes=19 response_bytes=19 duration_s="),
            HasSubstr(" queue_s=0.000000 peer="),
            HasSubstr(" trace_id=4bf92f3577b34da6a3ce929d0e0e4736 user_agent=\"tests\"\n")));
  EXPECT_EQ(server.TakeAccessLog(), "");
}

TEST_F(AccessLogTest, TheTimeInTheMailboxIsTold) {
  server.HoldActors(true);
  io::Peer peer = server.Connect();
  peer.Send(Echo(R"({"message":"late"})"));
  server.Turn();
  server.Advance(std::chrono::milliseconds(250));
  server.HoldActors(false);
  server.Turn();
  EXPECT_THAT(server.TakeAccessLog(),
              AllOf(HasSubstr(" duration_s=0.250000 "), HasSubstr(" queue_s=0.250000 ")));
}

TEST_F(AccessLogTest, ADeadlineIsTold) {
  io::Peer peer = server.Connect();
  peer.Send(Echo(R"({"message":"x","delayMs":5000})", "connect-timeout-ms: 100\r\n"));
  server.Turn();
  server.Advance(std::chrono::milliseconds(100));
  EXPECT_THAT(server.TakeAccessLog(),
              AllOf(HasSubstr("code=deadline_exceeded"), HasSubstr("duration_s=0.100000"),
                    Not(HasSubstr("queue_s="))));
}

TEST_F(AccessLogTest, ACallerWhoLeftIsTold) {
  {
    io::Peer peer = server.Connect();
    peer.Send(Echo(R"({"message":"x","delayMs":5000})"));
    server.Turn();
    EXPECT_EQ(server.TakeAccessLog(), "");
    peer.Reset();
  }
  server.Turn();
  EXPECT_THAT(server.TakeAccessLog(), HasSubstr("code=canceled status=0 "));
}

TEST_F(AccessLogTest, RequestsThatAreNoCallsAreTold) {
  server.Exchange("GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n");
  EXPECT_THAT(server.TakeAccessLog(), HasSubstr(" protocol=http method=- code=unimplemented "
                                                "status=404 "));
}

TEST_F(AccessLogTest, WhatBecameNoCallHasItsVerbAndPath) {
  server.Exchange("GET /nothing?token=secret HTTP/1.1\r\nhost: x\r\nuser-agent: tests\r\n\r\n");
  EXPECT_THAT(server.TakeAccessLog(),
              HasSubstr(" request=\"GET /nothing\" user_agent=\"tests\"\n"));
  server.Exchange("DELETE " + std::string(kEcho) + " HTTP/1.1\r\nhost: x\r\n\r\n");
  EXPECT_THAT(server.TakeAccessLog(),
              AllOf(HasSubstr("status=405"), HasSubstr(" request=\"DELETE " + std::string(kEcho))));
  server.Exchange(CallText(kEcho, "text/html", "x"));
  EXPECT_THAT(server.TakeAccessLog(),
              AllOf(HasSubstr("status=415"), HasSubstr(" request=\"POST " + std::string(kEcho))));
  server.Exchange(Echo("{}"));
  EXPECT_THAT(server.TakeAccessLog(), Not(HasSubstr("request=\"")));
}

TEST_F(AccessLogTest, WhatAStrangerSendsIsBoundedThere) {
  server.Exchange("GET /" + std::string(5000, 'x') +
                  " HTTP/1.1\r\nhost: x\r\nuser-agent: " + std::string(5000, 'y') + "\r\n\r\n");
  const std::string line = server.TakeAccessLog();
  EXPECT_THAT(line, HasSubstr(" request=\"GET /" + std::string(199, 'x') + "...\""));
  EXPECT_THAT(line, HasSubstr(" user_agent=\"" + std::string(200, 'y') + "...\""));
  server.Exchange(std::string(5000, 'M') + " / HTTP/1.1\r\nhost: x\r\n\r\n");
  EXPECT_THAT(server.TakeAccessLog(), HasSubstr(" request=\"" + std::string(200, 'M') + "... /\""));
}

TEST_F(AccessLogTest, ItIsCutAtACharacter) {
  std::string agent = "a";
  while (agent.size() < 500) agent += "\xc3\xa4";
  server.Exchange(Echo("{}", "user-agent: " + agent + "\r\n"));
  EXPECT_THAT(server.TakeAccessLog(), HasSubstr(agent.substr(0, 199) + "...\""));
}

class SampledAccessLogTest : public AccessLogTest {
 protected:
  SampledAccessLogTest() : AccessLogTest(/*sample=*/10) {}
};

TEST_F(SampledAccessLogTest, ErrorsAreAlwaysTold) {
  for (int i = 0; i < 20; ++i) server.Exchange(Echo("{}"));
  for (int i = 0; i < 3; ++i) server.Exchange(Echo("no json"));
  const std::string lines = server.TakeAccessLog();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2 + 3);
}

}  // namespace
}  // namespace mailroom::tests
