// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/poller.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/clock.h"
#include "mailroom/io/epoll_poller.h"
#include "mailroom/io/listener.h"
#include "mailroom/io/testing/fake_poller.h"
#include "mailroom/io/testing/loopback.h"

namespace mailroom::io {
namespace {

constexpr Interest kReadable = {.readable = true, .writable = false};
constexpr Interest kWritable = {.readable = false, .writable = true};
constexpr Interest kNothing = {};
constexpr SlotId kWakeToken(SlotKind::kWake, 3, 0, 1);
constexpr SlotId kToken(SlotKind::kConnection, 3, 77, 0x80000001u);

enum class Backend { kEpoll, kEpollTimerFd, kFake };

std::string NameOf(Backend backend) {
  return backend == Backend::kEpoll ? "Epoll" : backend == Backend::kFake ? "Fake" : "TimerFd";
}

// One body for every Poller there is.
class PollerTest : public testing::TestWithParam<Backend> {
 protected:
  PollerTest() : poller_(Make()) { EXPECT_TRUE(poller_->Init(kWakeToken).ok()); }

  std::unique_ptr<Poller> Make() {
    switch (GetParam()) {
      case Backend::kEpoll:
        return MakePoller();
      case Backend::kEpollTimerFd:
        return std::make_unique<EpollPoller>(EpollPoller::Precision::kTimerFd);
      case Backend::kFake:
        break;
    }
    return std::make_unique<FakePoller>();
  }

  // What one look finds.
  std::vector<Ready> Look(size_t span = 16, Duration timeout = Duration::zero()) {
    std::vector<Ready> out(span);
    const Result<size_t> count = poller_->Wait(out, timeout);
    EXPECT_TRUE(count.ok()) << count.status().ToString();
    out.resize(*count);
    return out;
  }
  // A pair whose near end is watched under `token`.
  Peer Watch(Interest interest, SlotId token = kToken) {
    std::pair<Peer, int> pair = Peer::Pair();
    near_.emplace_back(pair.second);
    EXPECT_TRUE(poller_->Add(pair.second, token, interest).ok());
    return std::move(pair.first);
  }
  int near() const { return near_.back().get(); }

  std::unique_ptr<Poller> poller_;
  std::vector<Descriptor> near_;
};

INSTANTIATE_TEST_SUITE_P(All, PollerTest,
                         testing::Values(Backend::kEpoll, Backend::kEpollTimerFd, Backend::kFake),
                         [](const auto& test) { return NameOf(test.param); });

TEST_P(PollerTest, S11_InterestIsPerDirection) {
  Peer peer = Watch(kNothing);
  peer.Send("x");
  EXPECT_TRUE(Look().empty());
  ASSERT_TRUE(poller_->Modify(near(), kToken, kReadable).ok());
  EXPECT_EQ(Look(), std::vector<Ready>({{.token = kToken, .readable = true}}));
  ASSERT_TRUE(poller_->Modify(near(), kToken, kWritable).ok());
  EXPECT_EQ(Look(), std::vector<Ready>({{.token = kToken, .writable = true}}));
  ASSERT_TRUE(poller_->Modify(near(), kToken, {.readable = true, .writable = true}).ok());
  EXPECT_EQ(Look(), std::vector<Ready>({{.token = kToken, .readable = true, .writable = true}}));
  poller_->Remove(near());
  EXPECT_TRUE(Look().empty());
}

TEST_P(PollerTest, S11_LevelTriggeredAndTokenAsGiven) {
  Peer peer = Watch(kReadable);
  peer.Send("x");
  for (int i = 0; i < 3; ++i) {
    const std::vector<Ready> ready = Look();
    ASSERT_EQ(ready.size(), 1u);
    EXPECT_EQ(ready[0].token, kToken);
  }
}

TEST_P(PollerTest, S13_HalfCloseIsAnEndAndNoError) {
  Peer peer = Watch(kReadable);
  peer.ShutdownWrite();
  EXPECT_EQ(Look(), std::vector<Ready>({{.token = kToken, .readable = true, .eof = true}}));
}

TEST_P(PollerTest, S13_HalfCloseIsSilentWhileNotWatched) {
  Peer peer = Watch(kNothing);
  peer.ShutdownWrite();
  EXPECT_TRUE(Look().empty());
}

TEST_P(PollerTest, S13_TheEndAloneCanBeWatched) {
  Peer peer = Watch({.end = true});
  peer.Send("unread");
  EXPECT_TRUE(Look().empty());
  peer.ShutdownWrite();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Look(), std::vector<Ready>({{.token = kToken, .eof = true}}));
  }
  ASSERT_TRUE(poller_->Modify(near(), kToken, kNothing).ok());
  EXPECT_TRUE(Look().empty());
}

TEST_P(PollerTest, S13_HangUpLeavesTheBytesToRead) {
  Peer peer = Watch(kReadable);
  peer.Send("last words");
  peer.Close();
  EXPECT_EQ(Look(),
            std::vector<Ready>({{.token = kToken, .readable = true, .eof = true, .error = true}}));
  char buffer[32];
  IoResult result = poller_->Receive(near(), buffer);
  EXPECT_EQ(std::string(buffer, result.bytes), "last words");
  EXPECT_EQ(poller_->Receive(near(), buffer).state, IoResult::State::kEnded);
}

TEST_P(PollerTest, HangUpCannotBeMasked) {
  Peer peer = Watch(kNothing);
  peer.Close();
  const std::vector<Ready> ready = Look();
  ASSERT_EQ(ready.size(), 1u);
  EXPECT_TRUE(ready[0].error);
}

TEST_P(PollerTest, ResetIsAnError) {
  Result<Listener> listener = Listener::Bind(*Address::Parse("127.0.0.1:0"));
  ASSERT_TRUE(listener.ok());
  Peer peer = Peer::Connect(listener->bound_address());
  Listener::Accepted accepted = listener->Accept();
  ASSERT_EQ(accepted.state, Listener::Accepted::State::kAccepted);
  ASSERT_TRUE(poller_->Add(accepted.socket.fd(), kToken, kNothing).ok());
  EXPECT_TRUE(Look().empty());
  peer.Reset();
  std::vector<Ready> ready;
  while (ready.empty()) ready = Look();
  EXPECT_TRUE(ready[0].error);
  char buffer[8];
  const IoResult result = poller_->Receive(accepted.socket.fd(), buffer);
  EXPECT_EQ(result.state, IoResult::State::kFailed);
  EXPECT_EQ(result.error.code(), Code::kUnavailable);
  EXPECT_TRUE(result.error.message().starts_with("recv: ")) << result.error.message();
  poller_->Remove(accepted.socket.fd());
}

TEST_P(PollerTest, S15_ZeroOnlyLooksAndTimeoutIsEmpty) {
  EXPECT_TRUE(Look(16, Duration::zero()).empty());
  EXPECT_TRUE(Look(16, std::chrono::microseconds(50)).empty());
  EXPECT_TRUE(Look(16, std::chrono::milliseconds(1)).empty());
}

TEST_P(PollerTest, S15_NegativeWaitsForAWakeOfAnotherThread) {
  std::thread other([this] { poller_->Wake(); });
  std::vector<Ready> ready;
  while (ready.empty()) ready = Look(16, Duration(-1));  // the fake only looks
  other.join();
  EXPECT_EQ(ready[0].token, kWakeToken);
}

TEST_P(PollerTest, S34_WakeBeforeWaitIsNotLost) {
  poller_->Wake();
  const std::vector<Ready> ready = Look(16, Duration(-1));
  ASSERT_EQ(ready.size(), 1u);
  EXPECT_EQ(ready[0].token, kWakeToken);
}

TEST_P(PollerTest, S35_ManyWakesAreOneReportThenSilence) {
  for (int i = 0; i < 5; ++i) poller_->Wake();
  EXPECT_EQ(Look().size(), 1u);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Look().empty());
  poller_->Wake();
  EXPECT_EQ(Look().size(), 1u);
  EXPECT_TRUE(Look().empty());
}

TEST_P(PollerTest, S41_FillsAtMostTheSpanAndForgetsNobody) {
  std::vector<Peer> peers;
  for (uint32_t i = 0; i < 5; ++i) {
    peers.push_back(Watch(kReadable, SlotId(SlotKind::kConnection, 0, i, 1)));
    peers.back().Send("x");
  }
  std::array<int, 5> seen = {};
  for (int wait = 0; wait < 10; ++wait) {
    const std::vector<Ready> ready = Look(2);
    ASSERT_EQ(ready.size(), 2u);
    for (const Ready& one : ready) ++seen[one.token.index()];
  }
  for (int count : seen) EXPECT_GE(count, 3);
}

TEST_P(PollerTest, S41_ErrorsAreTyped) {
  Peer peer = Watch(kReadable);
  EXPECT_EQ(poller_->Add(near(), kToken, kReadable).code(), Code::kAlreadyExists);
  poller_->Remove(near());
  EXPECT_EQ(poller_->Modify(near(), kToken, kReadable).code(), Code::kNotFound);
}

TEST_P(PollerTest, S42_RemoveNeverFails) {
  Peer peer = Watch(kReadable);
  poller_->Remove(near());
  poller_->Remove(near());
  poller_->Remove(-1);
  peer.Send("x");
  EXPECT_TRUE(Look().empty());
}

// What only a kernel can show.

TEST(EpollPollerTest, S41_ErrorsNameTheCall) {
  EpollPoller poller;
  ASSERT_TRUE(poller.Init(kWakeToken).ok());
  const Status status = poller.Add(-1, kToken, kReadable);
  EXPECT_TRUE(status.message().starts_with("epoll_ctl: ")) << status.message();
  EpollPoller without_init;
  std::array<Ready, 4> out;
  const Result<size_t> waited = without_init.Wait(out, Duration::zero());
  ASSERT_FALSE(waited.ok());
  EXPECT_TRUE(waited.status().message().starts_with("epoll_wait: "));
}

TEST(EpollPollerTest, S36_FullCounterIsSuccess) {
  EpollPoller poller;
  ASSERT_TRUE(poller.Init(kWakeToken).ok());
  std::array<Ready, 4> out;
  const uint64_t full = 0xfffffffffffffffe;
  ASSERT_EQ(::write(poller.wake_fd(), &full, sizeof(full)), ssize_t{sizeof(full)});
  ASSERT_EQ(*poller.Wait(out, Duration::zero()), 1u);
  // The counter stands at its end now, and the kernel has reported that.
  poller.Wake();
  EXPECT_EQ(*poller.Wait(out, Duration::zero()), 1u);
  EXPECT_EQ(*poller.Wait(out, Duration::zero()), 0u);
}

// What the kernel may add to a long wait, of a process with nice above zero (Linux's fs/select.c).
Duration KernelSlack(Duration asked) {
  return std::min<Duration>(asked / 200, std::chrono::milliseconds(100));
}

TEST(EpollPollerTest, S32_TheKernelsSlackDoesNotMakeAWaitLate) {
  constexpr Duration kLongest = std::chrono::hours(10'000);
  for (Duration timeout{1}; timeout < kLongest; timeout += timeout / 7 + Duration(1)) {
    const Duration asked = EpollPoller::WithoutSlack(timeout);
    ASSERT_GT(asked, Duration::zero());
    ASSERT_LE(asked + KernelSlack(asked), timeout);
    ASSERT_GE(asked + KernelSlack(timeout), timeout) << "no earlier than need be";
  }
}

// The flaw: an interrupted wait ended the server.
TEST(EpollPollerTest, S15_SignalGivesAnEmptyResult) {
  EpollPoller poller;
  ASSERT_TRUE(poller.Init(kWakeToken).ok());
  struct sigaction ignore_loudly = {};
  ignore_loudly.sa_handler = [](int) {};
  struct sigaction before;
  ASSERT_EQ(sigaction(SIGUSR1, &ignore_loudly, &before), 0);
  std::atomic<bool> returned{false};
  const pthread_t waiting = pthread_self();
  std::thread other([&] {
    while (!returned.load()) pthread_kill(waiting, SIGUSR1);
  });
  std::array<Ready, 4> out;
  for (const Duration timeout : {Duration(-1), Duration(std::chrono::hours(1))}) {
    const Result<size_t> count = poller.Wait(out, timeout);
    ASSERT_TRUE(count.ok()) << count.status().ToString();
    EXPECT_EQ(*count, 0u);
  }
  returned.store(true);
  other.join();
  sigaction(SIGUSR1, &before, nullptr);
}

}  // namespace
}  // namespace mailroom::io
