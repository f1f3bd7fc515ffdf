// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/socket.h"

#include <fcntl.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/io/testing/loopback.h"

namespace mailroom::io {
namespace {

bool IsOpen(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(DescriptorTest, S42_ClosesExactlyOnce) {
  Descriptor first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int number = first.get();
  Descriptor second(std::move(first));
  EXPECT_FALSE(first.is_open());  // NOLINT: moved from, and that is the test
  first.Close();
  EXPECT_TRUE(IsOpen(number));
  second.Close();
  EXPECT_FALSE(IsOpen(number));
  const Descriptor other(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(other.get(), number);
  second.Close();
  EXPECT_TRUE(IsOpen(number));
}

TEST(DescriptorTest, AssignmentClosesTheOldAndReleaseLetsGo) {
  Descriptor one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int old = one.get();
  Descriptor two(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int kept = two.get();
  one = std::move(two);
  EXPECT_FALSE(IsOpen(old));
  EXPECT_EQ(one.Release(), kept);
  one.Close();
  EXPECT_TRUE(IsOpen(kept));
  Descriptor(kept).Close();
}

TEST(ErrnoStatusTest, S41_NamesTheCallAndTypesTheError) {
  EXPECT_EQ(ErrnoStatus("bind", EADDRINUSE).ToString(),
            "unavailable: bind: Address already in use");
  EXPECT_EQ(ErrnoStatus("accept", EMFILE).code(), Code::kResourceExhausted);
  EXPECT_EQ(ErrnoStatus("bind", EACCES).code(), Code::kPermissionDenied);
  EXPECT_EQ(ErrnoStatus("recv", ECONNRESET).code(), Code::kUnavailable);
  EXPECT_EQ(ErrnoStatus("epoll_ctl", EEXIST).code(), Code::kAlreadyExists);
  EXPECT_EQ(ErrnoStatus("epoll_ctl", ENOENT).code(), Code::kNotFound);
  EXPECT_EQ(ErrnoStatus("epoll_wait", EBADF).code(), Code::kInternal);
}

TEST(SocketTest, ReceiveHasFourOutcomes) {
  std::pair<Peer, int> pair = Peer::Pair();
  const Descriptor near(pair.second);
  char buffer[8];
  EXPECT_EQ(Socket::Receive(near.get(), buffer).state, IoResult::State::kWouldBlock);
  pair.first.Send("ab");
  const IoResult done = Socket::Receive(near.get(), buffer);
  EXPECT_EQ(done.state, IoResult::State::kDone);
  EXPECT_EQ(done.bytes, 2u);
  pair.first.Close();
  EXPECT_EQ(Socket::Receive(near.get(), buffer).state, IoResult::State::kEnded);
  EXPECT_EQ(Socket::Receive(-1, buffer).state, IoResult::State::kFailed);
}

TEST(SocketTest, SendGathersAndNeverRaisesSigpipe) {
  std::pair<Peer, int> pair = Peer::Pair();
  const Descriptor near(pair.second);
  const std::vector<BytesView> one = {"one"};
  const std::vector<BytesView> three = {" two", "", " three"};
  EXPECT_EQ(Socket::Send(near.get(), one).bytes, 3u);
  EXPECT_EQ(Socket::Send(near.get(), three).bytes, 10u);
  EXPECT_EQ(pair.first.Receive(), "one two three");
  pair.first.Close();
  for (const std::vector<BytesView>& pieces : {one, three}) {
    const IoResult result = Socket::Send(near.get(), pieces);
    EXPECT_EQ(result.state, IoResult::State::kFailed);
    EXPECT_EQ(result.error.message(), "send: Broken pipe");
  }
}

TEST(SocketTest, SendToAFullPeerWouldBlock) {
  std::pair<Peer, int> pair = Peer::Pair();
  const Descriptor near(pair.second);
  const std::string lots(8 * 1024 * 1024, 'x');
  const std::vector<BytesView> pieces = {lots};
  const IoResult cut = Socket::Send(near.get(), pieces);
  EXPECT_EQ(cut.state, IoResult::State::kDone);
  EXPECT_LT(cut.bytes, lots.size());
  while (Socket::Send(near.get(), pieces).state == IoResult::State::kDone) {
  }
  EXPECT_EQ(Socket::Send(near.get(), pieces).state, IoResult::State::kWouldBlock);
}

TEST(SocketTest, ConnectsInTheBackground) {
  Result<Socket> listener = Socket::Open(*Address::Parse("127.0.0.1:0"));
  ASSERT_TRUE(listener.ok());
  ASSERT_TRUE(listener->Listen(*Address::Parse("127.0.0.1:0"), 4, false).ok());
  const Result<Address> address = listener->LocalAddress();
  ASSERT_TRUE(address.ok());
  Result<Socket> client = Socket::Open(*address);
  ASSERT_TRUE(client.ok());
  EXPECT_TRUE(client->Connect(*address).ok());
  EXPECT_TRUE(listener->CheckListening().ok());
  EXPECT_EQ(client->CheckListening().code(), Code::kFailedPrecondition);
}

}  // namespace
}  // namespace mailroom::io
