// SPDX-License-Identifier: Apache-2.0
// Listeners of Unix sockets, and sockets that somebody else opened.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/io/listener.h"
#include "mailroom/io/testing/loop_harness.h"

namespace mailroom::io {
namespace {

using ::testing::HasSubstr;
using Backend = LoopHarness::Backend;
using State = Listener::Accepted::State;

ListenAddress At(const std::string& text) { return *ListenAddress::Parse(text); }

bool Exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

class UnixListenerTest : public ::testing::Test {
 protected:
  const std::string path_ = "unix_listener_test.sock";
  const std::string name_ = "unix:" + path_;

  // The folder's own path may be longer than a socket's may be.
  UnixListenerTest() { EXPECT_EQ(::chdir(::testing::TempDir().c_str()), 0); }
  ~UnixListenerTest() override { ::unlink(path_.c_str()); }
};

TEST_F(UnixListenerTest, IsFoundByItsPathAndKnowsWhoCame) {
  Result<Listener> listener = Listener::Open(At(name_));
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  EXPECT_EQ(listener->name(), name_);
  EXPECT_EQ(listener->Accept().state, State::kWouldBlock);
  const Peer peer = Peer::Connect(path_);
  const Listener::Accepted accepted = listener->Accept();
  ASSERT_EQ(accepted.state, State::kAccepted);
  EXPECT_TRUE(accepted.peer.is_unix());
  EXPECT_EQ(accepted.peer.ToString(),
            "unix:" + std::to_string(::getuid()) + "/" + std::to_string(::getpid()));
}

TEST_F(UnixListenerTest, ItsFileGoesWithItAndHasThePermissionsAskedFor) {
  const mode_t before = ::umask(0077);
  {
    const Result<Listener> listener = Listener::Open(At(name_), Listener::Port::kOwn, 0622);
    ::umask(before);
    ASSERT_TRUE(listener.ok()) << listener.status().ToString();
    struct stat status;
    ASSERT_EQ(::lstat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0622u) << "whatever the umask";
  }
  EXPECT_FALSE(Exists(path_));
}

TEST_F(UnixListenerTest, AFileThatNobodyListensAtAnyMoreIsReplaced) {
  {
    // What a killed process leaves.
    Socket socket = *Socket::OpenUnix();
    sockaddr_un native = {};
    native.sun_family = AF_UNIX;
    path_.copy(native.sun_path, sizeof(native.sun_path) - 1);
    ASSERT_EQ(::bind(socket.fd(), reinterpret_cast<sockaddr*>(&native), sizeof(native)), 0);
  }
  ASSERT_TRUE(Exists(path_));
  Result<Listener> listener = Listener::Open(At(name_));
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  const Peer peer = Peer::Connect(path_);
  EXPECT_EQ(listener->Accept().state, State::kAccepted);
}

TEST_F(UnixListenerTest, OneAtWhichSomebodyListensIsLeftAlone) {
  Result<Listener> first = Listener::Open(At(name_));
  ASSERT_TRUE(first.ok());
  const Result<Listener> second = Listener::Open(At(name_));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), Code::kUnavailable);
  EXPECT_EQ(second.status().message(),
            "bind " + name_ + ": Address already in use (somebody listens there)");
  const Peer peer = Peer::Connect(path_);
  EXPECT_EQ(first->Accept().state, State::kAccepted) << "the attempt itself";
  EXPECT_EQ(first->Accept().state, State::kAccepted) << "and the first still serves";
}

TEST_F(UnixListenerTest, AFileThatIsNoSocketIsLeftAlone) {
  std::ofstream(path_) << "precious";
  const Result<Listener> listener = Listener::Open(At(name_));
  ASSERT_FALSE(listener.ok());
  EXPECT_EQ(listener.status().code(), Code::kAlreadyExists);
  EXPECT_THAT(std::string(listener.status().message()), HasSubstr("a file that is no socket"));
  EXPECT_TRUE(Exists(path_));
}

TEST_F(UnixListenerTest, AFolderThatIsNotThereIsTold) {
  const Result<Listener> listener = Listener::Open(At("unix:/nowhere/at/all.sock"));
  ASSERT_FALSE(listener.ok());
  EXPECT_EQ(listener.status().code(), Code::kNotFound);
  EXPECT_THAT(std::string(listener.status().message()),
              HasSubstr("bind unix:/nowhere/at/all.sock"));
}

TEST_F(UnixListenerTest, AFileThatAnotherHasReplacedIsNotUnlinked) {
  std::unique_ptr<Listener> old = std::make_unique<Listener>(*Listener::Open(At(name_)));
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  const Result<Listener> heir = Listener::Open(At(name_));
  ASSERT_TRUE(heir.ok());
  old.reset();
  EXPECT_TRUE(Exists(path_));
}

TEST_F(UnixListenerTest, ANameNeedsNoFile) {
  const std::string name = "@mailroom-test-" + std::to_string(::getpid());
  Result<Listener> listener = Listener::Open(At("unix:" + name));
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  EXPECT_EQ(listener->name(), "unix:" + name);
  const Peer peer = Peer::Connect(name);
  EXPECT_EQ(listener->Accept().state, State::kAccepted);
  EXPECT_EQ(Listener::Open(At("unix:" + name)).status().code(), Code::kUnavailable);
}

// Socket activation: whoever opened it keeps its file.
TEST_F(UnixListenerTest, S29_ADescriptorThatListensIsTakenAndItsFileStays) {
  Result<Listener> opener = Listener::Open(At(name_));
  ASSERT_TRUE(opener.ok());
  {
    const int inherited = ::dup(opener->fd());
    Result<Listener> listener = Listener::Open(At("fd:" + std::to_string(inherited)));
    ASSERT_TRUE(listener.ok()) << listener.status().ToString();
    EXPECT_EQ(listener->fd(), inherited);
    EXPECT_EQ(listener->name(), name_);
    EXPECT_NE(::fcntl(inherited, F_GETFD) & FD_CLOEXEC, 0);
    const Peer peer = Peer::Connect(path_);
    EXPECT_EQ(listener->Accept().state, State::kAccepted);
  }
  EXPECT_TRUE(Exists(path_));
}

TEST_F(UnixListenerTest, ADescriptorThatIsNoneIsToldByNumber) {
  const Result<Listener> listener = Listener::Open(At("fd:4095"));
  ASSERT_FALSE(listener.ok());
  EXPECT_THAT(std::string(listener.status().message()), HasSubstr("fd:4095"));
}

// One socket, several loops.

class SharedListenerTest : public ::testing::TestWithParam<Backend> {};
INSTANTIATE_TEST_SUITE_P(All, SharedListenerTest,
                         ::testing::Values(Backend::kPlatform, Backend::kFake),
                         [](const auto& test) { return LoopHarness::NameOf(test.param); });

TEST_P(SharedListenerTest, WhicheverLoopHasTimeAccepts) {
  const std::string name = "@mailroom-shared-" + std::to_string(::getpid());
  Result<Listener> first = Listener::Open(At("unix:" + name));
  ASSERT_TRUE(first.ok());
  Result<Listener> second = first->ForAnotherLoop();
  ASSERT_TRUE(second.ok());
  LoopHarness a(GetParam());
  LoopHarness b(GetParam());
  ASSERT_TRUE(a.loop.AddListener(*std::move(first)).ok());
  ASSERT_TRUE(b.loop.AddListener(*std::move(second)).ok());

  std::vector<Peer> peers;
  peers.push_back(Peer::Connect(name));
  a.Turn();
  peers.push_back(Peer::Connect(name));
  b.Turn();
  b.Turn();
  EXPECT_EQ(a.handler.accepted.size(), 1u);
  EXPECT_EQ(b.handler.accepted.size(), 1u);

  // Who pauses leaves them to the others; who goes on finds those who wait.
  a.loop.PauseAccepting(true);
  peers.push_back(Peer::Connect(name));
  a.Turn(3);
  EXPECT_EQ(a.handler.accepted.size(), 1u);
  b.Turn(2);
  EXPECT_EQ(b.handler.accepted.size(), 2u);
  b.loop.PauseAccepting(true);
  peers.push_back(Peer::Connect(name));
  b.Turn(3);
  EXPECT_EQ(b.handler.accepted.size(), 2u);
  a.loop.PauseAccepting(false);
  a.Turn(2);
  EXPECT_EQ(a.handler.accepted.size(), 2u);
  a.loop.CloseListeners();
  b.loop.CloseListeners();
}

TEST(SharedListenerTest, OnASharedPortEachLoopHasASocketOfItsOwn) {
  Result<Listener> first = Listener::Open(At("127.0.0.1:0"), Listener::Port::kShared);
  ASSERT_TRUE(first.ok());
  const Result<Listener> second = first->ForAnotherLoop();
  ASSERT_TRUE(second.ok()) << second.status().ToString();
  EXPECT_EQ(second->name(), first->name());
  EXPECT_FALSE(first->is_duplicated());
  EXPECT_FALSE(second->is_duplicated());
}

}  // namespace
}  // namespace mailroom::io
