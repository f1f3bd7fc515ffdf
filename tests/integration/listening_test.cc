// SPDX-License-Identifier: Apache-2.0
// Several addresses of several kinds, and what happens when as many connections are
// open as may be.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/io/listener.h"
#include "mailroom/tests/integration/http_client.h"
#include "mailroom/tests/integration/live_server.h"

namespace mailroom::tests {
namespace {

constexpr const char* kGreet = "/mailroom.greet.v1.GreetService/Greet";
constexpr const char* kEcho = "/mailroom.echo.v1.EchoService/Echo";

std::string GreetText() { return CallText(kGreet, "application/json", "{\"name\":\"you\"}"); }

// Not in the folder of files: that one's path may be too long for a socket.
std::string UniqueName(const std::string& what) {
  return "unix:@mailroom-" + what + "-" + std::to_string(::getpid());
}

class ListeningTest : public ::testing::TestWithParam<Threads> {};

TEST_P(ListeningTest, EveryAddressIsServedByEveryLoop) {
  ServerOptions options;
  options.listen = {"127.0.0.1:0", UniqueName("several"), "[::1]:0"};
  LiveServer server(GetParam(), options);
  const std::vector<std::string>& addresses = server.server().addresses();
  ASSERT_EQ(addresses.size(), 3u);
  EXPECT_EQ(addresses[0], server.address());
  EXPECT_EQ(addresses[1], options.listen[1]);
  for (const std::string& address : addresses) {
    for (int i = 0; i < 12; ++i) {
      HttpClient client(address);
      EXPECT_EQ(client.Call(GreetText()).status, 200) << address;
    }
  }
}

// S29: socket activation; all loops serve the one socket.
TEST_P(ListeningTest, S29_ASocketThatListensAlreadyIsServed) {
  const std::string name = UniqueName("inherited");
  Result<io::Listener> opener = io::Listener::Open(*io::ListenAddress::Parse(name));
  ASSERT_TRUE(opener.ok());
  ServerOptions options;
  options.listen = {"fd:" + std::to_string(::dup(opener->fd()))};
  LiveServer server(GetParam(), options);
  EXPECT_EQ(server.address(), name);
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(std::make_unique<HttpClient>(name));
    EXPECT_EQ(clients.back()->Call(GreetText()).status, 200);
  }
}

int IntOption(int fd, int level, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  EXPECT_EQ(::getsockopt(fd, level, option, &value, &size), 0);
  return value;
}

// systemd keeps the socket open over a restart: --peer-timeout 0s left it with the one before.
TEST(AddressesTest, NoPeerTimeoutUndoesThatOfTheProcessBefore) {
  Result<io::Listener> opener = io::Listener::Bind(*io::Address::Parse("127.0.0.1:0"));
  ASSERT_TRUE(opener.ok());
  const auto serve = [&opener](Duration peer_timeout) {
    ServerOptions options;
    options.listen = {"fd:" + std::to_string(::dup(opener->fd()))};
    options.peer_timeout = peer_timeout;
    LiveServer server(Threads{1, 0}, options);
  };
  serve(std::chrono::minutes(1));
  EXPECT_EQ(IntOption(opener->fd(), SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(IntOption(opener->fd(), IPPROTO_TCP, TCP_USER_TIMEOUT), 60'000);
  serve(Duration::zero());
  EXPECT_EQ(IntOption(opener->fd(), SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(IntOption(opener->fd(), IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
}

// S33: what a reader does not take waits here, where a deadline watches it, and not in
// the kernel.
TEST(AddressesTest, S33_WithASmallSendBufferASlowReaderIsFeltAfterAFewKib) {
  constexpr size_t kAnswer = 256 * 1024;
  ServerOptions options;
  options.listen = {UniqueName("slow")};  // no window of TCP's between the two
  options.send_buffer_bytes = 4096;
  LiveServer server(Threads{1, 2}, options);
  HttpClient client(server.address());
  const std::string word(kAnswer, 'x');
  client.Send(CallText(kEcho, "application/json", "{\"message\":\"" + word + "\"}"));
  server.Await([&] { return server.Metric("mailroom_attached_total") == 1; });
  // The turn after it has the count.
  EXPECT_EQ(HttpClient(server.address()).Call(GreetText()).status, 200);
  EXPECT_GT(server.Metric("mailroom_sent_bytes_total"), 0);
  EXPECT_LT(server.Metric("mailroom_sent_bytes_total"), 32 * 1024);
  const auto reply = client.Read();
  ASSERT_TRUE(reply.has_value());
  EXPECT_GT(reply->body.size(), kAnswer);
}

// Callers that come while the server is full, and how many are served at a time.
class Crowd {
 public:
  Crowd(const std::string& address, int size) {
    for (int i = 0; i < size; ++i) {
      waiting_.push_back(ConnectTo(address));
      waiting_.back().Send(GreetText());
    }
  }
  size_t waiting() const { return waiting_.size(); }

  // Takes the answers that are there; those who have theirs leave.
  void TakeAnswers() {
    std::erase_if(waiting_, [this](io::Peer& peer) {
      std::string bytes = peer.Receive();
      if (bytes.empty()) {
        EXPECT_FALSE(peer.AtEnd()) << "closed without an answer";
        return false;
      }
      const auto reply = testing::TakeReply(&bytes);
      EXPECT_TRUE(reply.has_value() && reply->status == 200);
      ++answered_;
      return true;
    });
  }
  int answered() const { return answered_; }

 private:
  std::vector<io::Peer> waiting_;
  int answered_ = 0;
};

TEST_P(ListeningTest, WhoComesWhenTheServerIsFullWaitsAndIsServedWhenOneLeaves) {
  constexpr int kLimit = 8;
  constexpr int kCrowd = 60;
  ServerOptions options;
  options.max_connections = kLimit;
  LiveServer server(GetParam(), options);
  Crowd crowd(server.address(), kCrowd);
  // Nobody leaves, and so many came that each loop has some in its backlog.
  const int loops = GetParam().loops;
  server.Await([&] { return server.Metric("mailroom_accept_paused") == loops; });
  EXPECT_GE(server.Metric("mailroom_accepted_total"), kLimit);
  // Each loop but the one with the last place may have found out one too late.
  EXPECT_LE(server.Metric("mailroom_accepted_total"), kLimit + loops - 1);
  while (crowd.waiting() > 0) crowd.TakeAnswers();
  EXPECT_EQ(crowd.answered(), kCrowd);
  EXPECT_GE(server.Metric("mailroom_accept_pauses_total"), 1);
  server.Await([&] { return server.Metric("mailroom_accept_paused") == 0; });
  EXPECT_EQ(server.Metric("mailroom_accept_sheds_total"), 0);
}

TEST_P(ListeningTest, AFullServerServesThoseItHasAndSaysThatItIsFull) {
  ServerOptions options;
  options.max_connections = 1;
  LiveServer server(GetParam(), options);
  HttpClient inside(server.address());
  EXPECT_EQ(inside.Call(GreetText()).status, 200);
  server.Await([&] { return server.Metric("mailroom_accept_paused") == 1; });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(inside.Call(GreetText()).status, 200);
  EXPECT_EQ(server.Metric("mailroom_accept_paused"), 1);
  EXPECT_TRUE(server.Stop().ok()) << "a full server drains like any other";
}

INSTANTIATE_TEST_SUITE_P(Threads, ListeningTest,
                         ::testing::Values(Threads{1, 0}, Threads{2, 4}, Threads{3, 0}), NameOf);

TEST(AddressesTest, AnAddressGivenTwiceIsTold) {
  const auto start = [](const std::string& admin) {
    ServerOptions options;
    options.listen = {"fd:9", "127.0.0.1:0", "127.0.0.1:0", "fd:9"};
    options.admin_listen = admin;
    Server server(options);
    server.Add<services::GreetActor>();
    return std::string(server.Start().message());
  };
  EXPECT_EQ(start(""), "--listen: address \"fd:9\" was given twice");
  EXPECT_EQ(start("127.0.0.1:0"), "--listen: address \"fd:9\" was given twice");
  EXPECT_EQ(start("fd:9"), "--admin-listen: address \"fd:9\" is one of --listen, too");
}

// The flag whose address was taken, and what helps.
TEST(AddressesTest, AnAddressInUseNamesItsFlag) {
  ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.admin_listen = "127.0.0.1:0";
  Server first(options);
  first.Add<services::GreetActor>();
  ASSERT_TRUE(first.Start().ok());
  const auto start = [&options](const std::string& listen, const std::string& admin) {
    options.listen = {listen};
    options.admin_listen = admin;
    Server second(options);
    second.Add<services::GreetActor>();
    return std::string(second.Start().message());
  };
  EXPECT_EQ(start(first.address(), "127.0.0.1:0"),
            "--listen: bind " + first.address() +
                ": Address already in use; end the program that has it, or choose another address "
                "(--listen 127.0.0.1:0 takes a free port)");
  EXPECT_EQ(start("127.0.0.1:0", first.admin_address()).find("--admin-listen: bind "), 0u);
  EXPECT_EQ(start("127.0.0.1:0", ""), "");
}

}  // namespace
}  // namespace mailroom::tests
