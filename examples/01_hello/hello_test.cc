// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hello_actor.h"
#include "mailroom/base/run_blocking.h"
#include "mailroom/server/testing/in_memory_server.h"

TEST(HelloTest, SaysHowOftenItHasSaidHello) {
  mailroom::testing::InMemoryServer server;
  server.Add<HelloActor>();
  hello::v1::HelloServiceClient hello(server.channel());
  hello::v1::SayHelloRequest request;
  request.set_name("Ada");
  EXPECT_EQ(mailroom::RunBlocking(hello.SayHello(request))->text(), "Hello, Ada");
  EXPECT_EQ(mailroom::RunBlocking(hello.SayHello(request))->times(), 2);
}

TEST(HelloTest, NobodyIsNotGreeted) {
  mailroom::testing::InMemoryServer server;
  server.Add<HelloActor>();
  hello::v1::HelloServiceClient hello(server.channel());
  const auto reply = mailroom::RunBlocking(hello.SayHello({}));
  EXPECT_EQ(reply.status().code(), mailroom::Code::kInvalidArgument);
}
