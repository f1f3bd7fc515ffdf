// SPDX-License-Identifier: Apache-2.0
// A real server over TCP, with 0, 1 and 4 workers.
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/tests/integration/http_client.h"
#include "mailroom/tests/integration/live_server.h"

namespace mailroom::tests {
namespace {

constexpr const char* kGreet = "/mailroom.greet.v1.GreetService/Greet";
constexpr const char* kEcho = "/mailroom.echo.v1.EchoService/Echo";

class LiveTest : public ::testing::TestWithParam<Threads> {};

TEST_P(LiveTest, S45_GetBodyEchoAndNotFoundThroughWorkersFiveTimes) {
  LiveServer server(GetParam());
  HttpClient client(server.address());
  for (int i = 0; i < 5; ++i) {
    const testing::HttpReply index = client.Call("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(index.status, 200);
    EXPECT_NE(index.body.find(kGreet), std::string::npos);
    const std::string word = "word" + std::to_string(i);
    EXPECT_EQ(
        client.Call(CallText(kEcho, "application/json", "{\"message\":\"" + word + "\"}")).body,
        "{\"message\":\"" + word + "\"}");
    EXPECT_EQ(client.Call(CallText("/no.Such/Method", "application/json", "{}")).status, 404);
  }
}

TEST_P(LiveTest, BinaryAndJsonGiveTheSameAnswer) {
  LiveServer server(GetParam());
  HttpClient client(server.address());
  EXPECT_EQ(client.Call(CallText(kGreet, "application/json", "{\"name\":\"world\"}")).body,
            "{\"message\":\"Hello, world\"}");
  EXPECT_EQ(client.Call(CallText(kGreet, "application/proto", "\x0a\x05world")).body,
            "\x0a\x0cHello, world");
}

TEST_P(LiveTest, ADelayHoldsNoWorker) {
  LiveServer server(GetParam());
  // More sleepers than workers; all are answered by one clock.
  std::vector<std::unique_ptr<HttpClient>> sleepers;
  for (int i = 0; i < 32; ++i) {
    sleepers.push_back(std::make_unique<HttpClient>(server.address()));
    sleepers.back()->Send(
        CallText(kEcho, "application/json", "{\"message\":\"z\",\"delayMs\":300}"));
  }
  server.Await([&] { return server.Metric("mailroom_calls") == 32; });
  HttpClient quick(server.address());
  EXPECT_EQ(quick.Call(CallText(kEcho, "application/json", "{\"message\":\"q\"}")).status, 200);
  EXPECT_EQ(server.Metric("mailroom_attached_total"), 1) << "answered while they slept";
  for (auto& sleeper : sleepers) EXPECT_EQ(sleeper->Read()->status, 200);
}

// S9: workers may still hold calls when the server ends; nothing is lost or freed
// under them.
TEST_P(LiveTest, S9_StoppingWithCallsOutDrainsThem) {
  LiveServer server(GetParam());
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 16; ++i) {
    clients.push_back(std::make_unique<HttpClient>(server.address()));
    clients.back()->Send(
        CallText(kEcho, "application/json", "{\"message\":\"z\",\"delayMs\":100}"));
  }
  server.Await([&] { return server.Metric("mailroom_calls") == 16; });
  server.server().RequestStop();
  for (auto& client : clients) {
    const auto reply = client->Read();
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->headers.Find("connection"), "close");
    client->peer().Close();
  }
  EXPECT_TRUE(server.Stop().ok());
}

// A drain that ends by its timeout: the envelopes come home all the same.
TEST_P(LiveTest, S9_EveryEnvelopeComesHomeBeforeTheEnd) {
  ServerOptions options;
  options.drain_timeout = std::chrono::milliseconds(1);
  LiveServer server(GetParam(), options);
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 16; ++i) {
    clients.push_back(std::make_unique<HttpClient>(server.address()));
    clients.back()->Send(
        CallText(kEcho, "application/json", "{\"message\":\"z\",\"delayMs\":3600000}"));
  }
  server.Await([&] { return server.Metric("mailroom_calls") == 16; });
  EXPECT_TRUE(server.Stop().ok());
  EXPECT_EQ(server.Metric("mailroom_dispatched_total"), 16);
  EXPECT_EQ(server.Metric("mailroom_stale_replies_total"), 16);
}

INSTANTIATE_TEST_SUITE_P(Threads, LiveTest,
                         ::testing::Values(Threads{1, 0}, Threads{1, 1}, Threads{1, 4},
                                           Threads{2, 0}, Threads{3, 4}),
                         NameOf);

// S8: each call has an arena of its own: eight workers allocate at once, beyond the
// arenas' first blocks, and nothing mixes (ThreadSanitizer looks on in its lane).
class ArenasTest : public ::testing::TestWithParam<Threads> {};
INSTANTIATE_TEST_SUITE_P(Threads, ArenasTest, ::testing::Values(Threads{1, 8}, Threads{3, 8}),
                         NameOf);

TEST_P(ArenasTest, S8_WorkersNeverShareAnArena) {
  LiveServer server(GetParam());
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&server, t] {
      HttpClient client(server.address());
      for (int i = 0; i < 50; ++i) {
        const std::string word(static_cast<size_t>(100 + 997 * i), static_cast<char>('a' + t));
        const bool echo = i % 2 == 0;
        const std::string body =
            echo ? "{\"message\":\"" + word + "\",\"delayMs\":1}" : "{\"name\":\"" + word + "\"}";
        const testing::HttpReply reply =
            client.Call(CallText(echo ? kEcho : kGreet, "application/json", body));
        EXPECT_EQ(reply.body,
                  "{\"message\":\"" + (echo ? "" : std::string("Hello, ")) + word + "\"}");
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
}

// S10: the inline and the pooled path give byte-identical answers.
TEST(LiveTest, S10_InlineAndPooledAnswersAreByteIdentical) {
  std::vector<std::vector<std::string>> answers;
  for (const Threads threads : {Threads{1, 0}, Threads{1, 2}, Threads{2, 0}, Threads{2, 2}}) {
    LiveServer server(threads);
    HttpClient client(server.address());
    auto& of = answers.emplace_back();
    for (const std::string& request : {CallText(kGreet, "application/json", "{\"name\":\"x\"}"),
                                       CallText(kGreet, "application/proto", "\x0a\x01x"),
                                       CallText(kGreet, "application/json", "{broken"),
                                       CallText("/mailroom.bank.v1.BankService/GetBalance",
                                                "application/json", "{\"accountId\":\"nobody\"}"),
                                       CallText("/no.Such/Method", "application/json", "{}"),
                                       CallText(kGreet, "image/png", "x")}) {
      const testing::HttpReply reply = client.Call(request);
      std::string text = std::to_string(reply.status);
      for (size_t i = 0; i < reply.headers.size(); ++i) {
        if (reply.headers[i].key == "date") continue;  // the wall clock's
        text +=
            "\n" + std::string(reply.headers[i].key) + ": " + std::string(reply.headers[i].value);
      }
      of.push_back(text + "\n\n" + reply.body);
    }
  }
  for (size_t i = 1; i < answers.size(); ++i) EXPECT_EQ(answers[0], answers[i]);
}

TEST(LiveTest, AnAddressThatIsNoneIsToldByName) {
  ServerOptions options;
  options.listen = {"example.com:80"};
  Server server(options);
  server.Add<services::GreetActor>();
  const Status status = server.Start();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("example.com"), std::string_view::npos) << status.ToString();
}

TEST(LiveTest, BodyMemoryHasRoomForAMessageOfEachLoop) {
  ServerOptions options;
  options.io_threads = 2;
  options.max_message_bytes = 1000;
  options.max_body_memory_bytes = 1999;
  Server server(options);
  server.Add<services::GreetActor>();
  const Status status = server.Start();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("--max-body-memory-bytes"), std::string_view::npos);
}

// With several loops too, whose own listeners share the port.
TEST(LiveTest, AnAddressInUseIsToldByName) {
  for (const int loops : {1, 3}) {
    LiveServer first(Threads{loops, 0});
    ServerOptions options;
    options.listen = {first.address()};
    options.admin_listen = "";
    options.io_threads = loops;
    Server second(options);
    second.Add<services::GreetActor>();
    const Status status = second.Start();
    EXPECT_EQ(status.code(), Code::kUnavailable) << loops;
    EXPECT_NE(status.message().find(first.address()), std::string::npos) << status.ToString();
  }
}

TEST(LiveTest, TooManyLoopsAreRefused) {
  ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.admin_listen = "";
  options.io_threads = ServerOptions::kMostIoThreads + 1;
  Server server(options);
  server.Add<services::GreetActor>();
  EXPECT_EQ(server.Start().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace mailroom::tests
