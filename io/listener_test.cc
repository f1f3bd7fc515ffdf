// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/base/log.h"
#include "mailroom/io/testing/loop_harness.h"

namespace mailroom::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Backend = LoopHarness::Backend;

Address Loopback() { return *Address::Parse("127.0.0.1:0"); }

int IntOption(int fd, int level, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  EXPECT_EQ(::getsockopt(fd, level, option, &value, &size), 0);
  return value;
}

TEST(ListenerTest, PortZeroTakesAFreeOne) {
  const Result<Listener> listener = Listener::Bind(Loopback());
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  EXPECT_NE(listener->bound_address().port(), 0);
  EXPECT_TRUE(listener->bound_address().ToString().starts_with("127.0.0.1:"));
}

TEST(ListenerTest, Ipv6AndDualStackPeers) {
  Result<Listener> both = Listener::Bind(*Address::Parse("[::]:0"));
  ASSERT_TRUE(both.ok()) << both.status().ToString();
  const std::string port = std::to_string(both->bound_address().port());
  Peer four = Peer::Connect(*Address::Parse("127.0.0.1:" + port));
  Listener::Accepted accepted = both->Accept();
  ASSERT_EQ(accepted.state, Listener::Accepted::State::kAccepted);
  EXPECT_THAT(accepted.peer.ToString(), HasSubstr("127.0.0.1:"));
  Peer six = Peer::Connect(*Address::Parse("[::1]:" + port));
  accepted = both->Accept();
  ASSERT_EQ(accepted.state, Listener::Accepted::State::kAccepted);
  EXPECT_THAT(accepted.peer.ToString(), HasSubstr("[::1]:"));
}

// A peer that vanished without a word held its slot for ever.
TEST(ListenerTest, WhatItAcceptsNoticesAPeerThatVanished) {
  Result<Listener> listener =
      Listener::Bind(Loopback(), Listener::kBacklog, Listener::Port::kShared);
  ASSERT_TRUE(listener.ok());
  ASSERT_TRUE(listener->SetPeerTimeout(std::chrono::seconds(60)).ok());
  Result<Listener> beside = listener->ForAnotherLoop();
  ASSERT_TRUE(beside.ok());
  EXPECT_EQ(IntOption(beside->fd(), SOL_SOCKET, SO_KEEPALIVE), 1);
  const Address address = listener->bound_address();
  *beside = *Listener::Bind(Loopback());  // closes it: its share of the port goes to the other
  Peer peer = Peer::Connect(address);
  const Listener::Accepted accepted = listener->Accept();
  ASSERT_EQ(accepted.state, Listener::Accepted::State::kAccepted);
  const int fd = accepted.socket.fd();
  EXPECT_EQ(IntOption(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(IntOption(fd, IPPROTO_TCP, TCP_KEEPIDLE), 30);
  EXPECT_EQ(IntOption(fd, IPPROTO_TCP, TCP_KEEPINTVL), 10);
  EXPECT_EQ(IntOption(fd, IPPROTO_TCP, TCP_KEEPCNT), 3);
  EXPECT_EQ(IntOption(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 60'000);
}

TEST(ListenerTest, APeerTimeoutOfZeroUndoesAnother) {
  Result<Listener> listener = Listener::Bind(Loopback());
  ASSERT_TRUE(listener.ok());
  ASSERT_TRUE(listener->SetPeerTimeout(std::chrono::seconds(60)).ok());
  ASSERT_TRUE(listener->SetPeerTimeout(Duration::zero()).ok());
  EXPECT_EQ(IntOption(listener->fd(), SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(IntOption(listener->fd(), IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
}

TEST(ListenerTest, APeerTimeoutOfAnyLengthIsTaken) {
  Result<Listener> listener = Listener::Bind(Loopback());
  ASSERT_TRUE(listener.ok());
  for (const Duration timeout : {Duration(1), Duration(std::chrono::milliseconds(1)),
                                 Duration(std::chrono::hours(100'000)), Duration::max()}) {
    EXPECT_TRUE(listener->SetPeerTimeout(timeout).ok());
  }
}

TEST(ListenerTest, AddressInUseSaysSoAndNamesIt) {
  const Result<Listener> first = Listener::Bind(Loopback());
  ASSERT_TRUE(first.ok());
  const Result<Listener> second = Listener::Bind(first->bound_address());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), Code::kUnavailable);
  EXPECT_EQ(second.status().message(),
            "bind " + first->bound_address().ToString() + ": Address already in use");
}

TEST(ListenerTest, SharedPortIsSharedOnlyByThoseWhoAskForIt) {
  const Result<Listener> first =
      Listener::Bind(Loopback(), Listener::kBacklog, Listener::Port::kShared);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(
      Listener::Bind(first->bound_address(), Listener::kBacklog, Listener::Port::kShared).ok());
  EXPECT_FALSE(Listener::Bind(first->bound_address()).ok());
}

TEST(ListenerTest, S29_AcceptedSocketIsNonBlockingClosedOnExecAndWithoutDelay) {
  Result<Listener> listener = Listener::Bind(Loopback());
  ASSERT_TRUE(listener.ok());
  EXPECT_EQ(listener->Accept().state, Listener::Accepted::State::kWouldBlock);
  Peer peer = Peer::Connect(listener->bound_address());
  const Listener::Accepted accepted = listener->Accept();
  ASSERT_EQ(accepted.state, Listener::Accepted::State::kAccepted);
  EXPECT_NE(::fcntl(accepted.socket.fd(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(accepted.socket.fd(), F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_EQ(IntOption(accepted.socket.fd(), IPPROTO_TCP, TCP_NODELAY), 1);
}

TEST(ListenerTest, S29_TakesAListenerThatIsBoundAlready) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_storage native = {};
  const socklen_t size = static_cast<socklen_t>(Loopback().ToNative(&native));
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&native), size), 0);
  ASSERT_EQ(::listen(fd, 8), 0);
  Result<Listener> listener = Listener::FromDescriptor(fd);
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  EXPECT_NE(listener->bound_address().port(), 0);
  EXPECT_EQ(listener->Accept().state, Listener::Accepted::State::kWouldBlock);
  Peer peer = Peer::Connect(listener->bound_address());
  EXPECT_EQ(listener->Accept().state, Listener::Accepted::State::kAccepted);
}

TEST(ListenerTest, RefusesADescriptorThatDoesNotListen) {
  std::pair<Peer, int> pair = Peer::Pair();
  const Result<Listener> listener = Listener::FromDescriptor(pair.second);
  ASSERT_FALSE(listener.ok());
  EXPECT_EQ(listener.status().code(), Code::kFailedPrecondition);
  EXPECT_LT(::fcntl(pair.second, F_GETFD), 0);
}

// On a loop.

class ListenerLoopTest : public ::testing::TestWithParam<Backend> {
 protected:
  void Start(const Loop::Options& options = Loop::Options()) {
    harness_ = std::make_unique<LoopHarness>(GetParam(), options);
    Result<Listener> listener = Listener::Bind(Loopback());
    ASSERT_TRUE(listener.ok());
    address_ = listener->bound_address();
    ASSERT_TRUE(harness_->loop.AddListener(*std::move(listener)).ok());
    harness_->Turn();
  }
  size_t accepted() const { return harness_->handler.accepted.size(); }

  std::unique_ptr<LoopHarness> harness_;
  Address address_;
};
INSTANTIATE_TEST_SUITE_P(All, ListenerLoopTest,
                         ::testing::Values(Backend::kPlatform, Backend::kFake),
                         [](const auto& test) { return LoopHarness::NameOf(test.param); });

TEST_P(ListenerLoopTest, S29_AcceptsUntilNobodyWaitsInOneTurn) {
  Start();
  std::vector<Peer> peers;
  for (int i = 0; i < 10; ++i) peers.push_back(Peer::Connect(address_));
  harness_->Turn();
  EXPECT_EQ(accepted(), 10u);
  EXPECT_TRUE(harness_->last()->peer().is_ipv4());
}

TEST_P(ListenerLoopTest, S27_AcceptsOnlyAShareInOneTurn) {
  Loop::Options options;
  options.accepts_per_turn = 4;
  Start(options);
  std::vector<Peer> peers;
  for (int i = 0; i < 10; ++i) peers.push_back(Peer::Connect(address_));
  harness_->Turn();
  EXPECT_EQ(accepted(), 4u);
  harness_->Turn(2);
  EXPECT_EQ(accepted(), 10u);
}

TEST_P(ListenerLoopTest, PausedAcceptsNobodyAndResumedTheBacklog) {
  Start();
  harness_->loop.PauseAccepting(true);
  Peer peer = Peer::Connect(address_);
  harness_->Turn(5);
  EXPECT_EQ(accepted(), 0u);
  harness_->loop.PauseAccepting(false);
  harness_->Turn();
  EXPECT_EQ(accepted(), 1u);
}

TEST_P(ListenerLoopTest, AHookMayPauseOrCloseTheListenerThatCalledIt) {
  Start();
  std::vector<Peer> peers;
  for (int i = 0; i < 4; ++i) peers.push_back(Peer::Connect(address_));
  harness_->handler.on_accept = [this](Connection&) {
    if (accepted() == 2) harness_->loop.PauseAccepting(true);
    if (accepted() == 3) harness_->loop.CloseListeners();
    return true;
  };
  harness_->Turn(2);
  EXPECT_EQ(accepted(), 2u);
  harness_->loop.PauseAccepting(false);
  harness_->Turn(2);
  EXPECT_EQ(accepted(), 3u);
  EXPECT_EQ(harness_->loop.connection_count(), 3u);
  harness_->loop.CloseListeners();
}

TEST_P(ListenerLoopTest, S33_SendBufferIsThatOfTheOptions) {
  Loop::Options options;
  options.connection.send_buffer = 12 * 1024;
  Start(options);
  harness_->handler.on_accept = [](Connection& connection) {
    connection.Write(std::string(8 * 1024 * 1024, 'x'));
    return true;
  };
  Peer peer = Peer::Connect(address_);
  harness_->Turn();
  // A slow peer is felt early: hardly more left than the two small buffers hold.
  EXPECT_GT(harness_->last()->queued_output(), size_t{7 * 1024 * 1024});
}

// Takes every descriptor that the process may still have.
class NoDescriptorsLeft final {
 public:
  NoDescriptorsLeft() {
    // UBSan opens a pipe to look at an object that a virtual call reaches for the
    // first time: nothing may be new while there are no descriptors, no log either.
    InitLogging({.level = LogLevel::kOff});
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few = {.rlim_cur = 128, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (;;) {
      Descriptor one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!one.is_open()) break;
      taken_.push_back(std::move(one));
    }
  }
  ~NoDescriptorsLeft() {
    ::setrlimit(RLIMIT_NOFILE, &before_);
    InitLogging(LogOptions());
  }
  void GiveBack(size_t count) { taken_.resize(taken_.size() - count); }

 private:
  rlimit before_;
  std::vector<Descriptor> taken_;
};

// grpc#11679: a server that has no descriptors left must not hang or spin.
TEST_P(ListenerLoopTest, S29_WithoutDescriptorsPeersAreClosedAtOnceAndCounted) {
  Start();
  std::vector<Peer> peers;
  for (int i = 0; i < 3; ++i) peers.push_back(Peer::Connect(address_));
  NoDescriptorsLeft none;
  harness_->Turn();
  EXPECT_EQ(accepted(), 0u);
  EXPECT_EQ(harness_->loop.counters().shed, 3u);
  EXPECT_EQ(harness_->loop.counters().holds, 1u);
  for (Peer& peer : peers) EXPECT_TRUE(peer.AtEnd());
}

TEST_P(ListenerLoopTest, S29_AfterAShortageOneWhoWaitsIsServedByTheNextFreeDescriptor) {
  Start();
  Peer first = Peer::Connect(address_);
  harness_->Turn();
  Peer second = Peer::Connect(address_);
  NoDescriptorsLeft none;
  harness_->Turn();
  EXPECT_EQ(harness_->loop.counters().shed, 1u);

  none.GiveBack(1);
  Peer patient = Peer::Connect(address_);
  harness_->Turn(5);  // a moment without accepting, and without spinning
  EXPECT_EQ(harness_->loop.counters().shed, 1u);
  EXPECT_EQ(accepted(), 1u);
  harness_->last()->Close();
  harness_->Turn(2);
  EXPECT_EQ(accepted(), 2u);
  EXPECT_FALSE(patient.AtEnd());
}

TEST_P(ListenerLoopTest, S29_AfterAShortageAcceptingGoesOnByItself) {
  Start();
  Peer first = Peer::Connect(address_);
  NoDescriptorsLeft none;
  harness_->Turn();
  EXPECT_EQ(harness_->loop.counters().shed, 1u);
  none.GiveBack(10);
  Peer patient = Peer::Connect(address_);
  harness_->clock.Advance(std::chrono::milliseconds(99));
  harness_->Turn(3);
  EXPECT_EQ(accepted(), 0u);
  harness_->clock.Advance(std::chrono::milliseconds(1));
  harness_->Turn(2);
  EXPECT_EQ(accepted(), 1u);
}

}  // namespace
}  // namespace mailroom::io
