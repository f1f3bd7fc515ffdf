// SPDX-License-Identifier: Apache-2.0
#include "mailroom/bench/floor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

namespace mailroom::bench {
namespace {

constexpr std::string_view kCall =
    "POST /x HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\n"
    "Content-Length: 16\r\n"
    "\r\n"
    R"({"name":"world"})";

std::string Repeat(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(CutRequestTest, AWholeRequestIsCutWithItsBody) {
  Request request;
  ASSERT_EQ(CutRequest(kCall, &request), Cut::kWhole);
  EXPECT_EQ(request.size, kCall.size());
  EXPECT_EQ(request.body, R"({"name":"world"})");
}

TEST(CutRequestTest, EveryShorterPieceNeedsMore) {
  for (size_t size = 0; size < kCall.size(); ++size) {
    Request request;
    EXPECT_EQ(CutRequest(kCall.substr(0, size), &request), Cut::kNeedMore) << size;
  }
}

TEST(CutRequestTest, WhatFollowsTheRequestIsLeft) {
  Request request;
  ASSERT_EQ(CutRequest(Repeat(kCall, 3) + "POST", &request), Cut::kWhole);
  EXPECT_EQ(request.size, kCall.size());
}

TEST(CutRequestTest, ABodyMayHoldABlankLine) {
  const std::string bytes = "POST / HTTP/1.1\r\ncontent-length:4\r\n\r\n\r\n\r\n";
  Request request;
  ASSERT_EQ(CutRequest(bytes, &request), Cut::kWhole);
  EXPECT_EQ(request.size, bytes.size());
  EXPECT_EQ(request.body, "\r\n\r\n");
}

TEST(CutRequestTest, WithoutContentLengthThereIsNoBody) {
  const std::string head = "GET / HTTP/1.1\r\nCookie: content-length: 9\r\n\r\n";
  Request request;
  ASSERT_EQ(CutRequest(head + "GET", &request), Cut::kWhole);
  EXPECT_EQ(request.size, head.size());
  EXPECT_EQ(request.body, "");
}

TEST(CutRequestTest, AHeadWithoutEndIsBad) {
  Request request;
  EXPECT_EQ(CutRequest(std::string(20000, 'a'), &request), Cut::kBad);
}

TEST(CutRequestTest, AHugeBodyIsBad) {
  Request request;
  EXPECT_EQ(CutRequest("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", &request), Cut::kBad);
}

class SocketsTest : public testing::Test {
 protected:
  // A connected client, and the descriptor under which the server knows it.
  int Connect(int* server_side) {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(sockets_.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const int on = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    EXPECT_EQ(WaitForOne(), sockets_.listener());
    sockets_.AcceptAll();
    *server_side = LastDescriptor();
    return client;
  }

  int WaitForOne() {
    const auto ready = sockets_.Wait();
    EXPECT_EQ(ready.size(), 1u);
    return ready.front().data.fd;
  }

  size_t ReceiveOne() {
    return sockets_.Receive(WaitForOne(), [](uint32_t, std::string_view) {});
  }

  // The lowest free descriptor is what accept takes, so the next one tells which it was.
  static int LastDescriptor() {
    const int next = dup(0);
    close(next);
    return next - 1;
  }

  static void Write(int client, std::string_view bytes) {
    EXPECT_EQ(send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  static std::string ReadExactly(int client, size_t size) {
    std::string bytes(size, '\0');
    const ssize_t got = recv(client, bytes.data(), size, MSG_WAITALL);
    bytes.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
    return bytes;
  }

  Sockets sockets_{"floor_test", 0};
};

TEST_F(SocketsTest, ARequestInTwoPiecesIsAnsweredOnce) {
  int fd = -1;
  const int client = Connect(&fd);
  for (size_t split = 1; split < kCall.size(); ++split) {
    Write(client, kCall.substr(0, split));
    EXPECT_EQ(ReceiveOne(), 0u) << split;
    Write(client, kCall.substr(split));
    EXPECT_EQ(ReceiveOne(), 1u) << split;
    sockets_.Reply(fd, sockets_.generation(fd), 1);
    EXPECT_EQ(ReadExactly(client, kReply.size()), kReply) << split;
  }
  close(client);
}

TEST_F(SocketsTest, RequestsThatArriveTogetherAreAnsweredTogether) {
  int fd = -1;
  const int client = Connect(&fd);
  Write(client, Repeat(kCall, 16) + std::string(kCall.substr(0, 5)));
  EXPECT_EQ(ReceiveOne(), 16u);
  sockets_.Reply(fd, sockets_.generation(fd), 16);
  EXPECT_EQ(ReadExactly(client, 16 * kReply.size()), Repeat(kReply, 16));
  close(client);
}

TEST_F(SocketsTest, AReplyToAClientThatLeftIsStale) {
  int fd = -1;
  const int gone = Connect(&fd);
  const uint32_t generation = sockets_.generation(fd);
  close(gone);
  EXPECT_EQ(ReceiveOne(), 0u);
  int same_fd = -1;
  const int client = Connect(&same_fd);
  sockets_.Reply(fd, generation, 1);
  sockets_.Reply(same_fd, sockets_.generation(same_fd), 1);
  shutdown(client, SHUT_WR);
  EXPECT_EQ(ReceiveOne(), 0u);
  EXPECT_EQ(ReadExactly(client, 2 * kReply.size()), kReply);
  close(client);
}

TEST_F(SocketsTest, WhatTheKernelHasNoRoomForIsSentLater) {
  constexpr size_t kMany = 100000;  // 9 MB, more than the buffers of a connection hold
  int fd = -1;
  const int client = Connect(&fd);
  sockets_.Reply(fd, sockets_.generation(fd), kMany);
  std::string read;
  std::thread reader([client, &read] {
    read = ReadExactly(client, kMany * kReply.size());
    close(client);
  });
  size_t flushes = 0;
  for (uint32_t events = EPOLLOUT; (events & EPOLLOUT) != 0; ++flushes) {
    events = sockets_.Wait().front().events;
    if ((events & EPOLLOUT) != 0) sockets_.Flush(fd);
  }
  reader.join();
  EXPECT_GT(flushes, 1u);
  EXPECT_TRUE(read == Repeat(kReply, kMany));
}

}  // namespace
}  // namespace mailroom::bench
