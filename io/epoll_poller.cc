// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/epoll_poller.h"

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace mailroom::io {
namespace {

// The timer's own token; no SlotId is null.
constexpr SlotId kTimerToken;

uint32_t EventsOf(Interest interest) {
  uint32_t events = 0;
  // EPOLLRDHUP only while asked for: a peer whose end is known must not be reported
  // again and again.
  if (interest.readable) events |= EPOLLIN | EPOLLRDHUP;
  if (interest.end) events |= EPOLLRDHUP;
  if (interest.writable) events |= EPOLLOUT;
  // Refused beside EPOLLRDHUP, which a listener never reports (epoll_ctl(2)).
  if (interest.exclusive) events = (events & ~uint32_t{EPOLLRDHUP}) | EPOLLEXCLUSIVE;
  return events;
}

Ready ReadyOf(const epoll_event& event) {
  const uint32_t events = event.events;
  const bool hung_up = (events & EPOLLHUP) != 0;
  Ready ready;
  ready.token = SlotId::FromWord(event.data.u64);
  ready.readable = (events & EPOLLIN) != 0;
  ready.writable = (events & EPOLLOUT) != 0;
  ready.eof = hung_up || (events & EPOLLRDHUP) != 0;
  // EPOLLERR: the socket failed (a reset, a timeout). EPOLLHUP: both directions
  // are shut down, by whomever; the peer of a Unix socket has closed it. In both
  // cases bytes that came before can still be read.
  ready.error = hung_up || (events & EPOLLERR) != 0;
  return ready;
}

timespec TimespecOf(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return {static_cast<time_t>(seconds.count()), static_cast<long>((duration - seconds).count())};
}

}  // namespace

Status EpollPoller::Init(SlotId wake_token) {
  epoll_ = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_.is_open()) return ErrnoStatus("epoll_create1", errno);
  wake_ = Descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wake_.is_open()) return ErrnoStatus("eventfd", errno);
  return Control(EPOLL_CTL_ADD, wake_.get(), wake_token, EPOLLIN | EPOLLET);
}

Status EpollPoller::Add(int fd, SlotId token, Interest interest) {
  return Control(EPOLL_CTL_ADD, fd, token, EventsOf(interest));
}

Status EpollPoller::Modify(int fd, SlotId token, Interest interest) {
  return Control(EPOLL_CTL_MOD, fd, token, EventsOf(interest));
}

void EpollPoller::Remove(int fd) noexcept {
  // Linux before 2.6.9 wants an event; what is not there is no error here.
  epoll_event unused = {};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, &unused);
}

Status EpollPoller::Control(int operation, int fd, SlotId token, uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.u64 = token.word();
  if (::epoll_ctl(epoll_.get(), operation, fd, &event) == 0) return Status();
  return ErrnoStatus("epoll_ctl", errno);
}

Result<size_t> EpollPoller::Wait(std::span<Ready> out, Duration timeout) {
  if (events_.size() < out.size()) events_.resize(out.size());
  const int count = WaitForEvents(static_cast<int>(out.size()), timeout);
  if (count < 0) {
    if (errno == EINTR) return size_t{0};
    return ErrnoStatus("epoll_wait", errno);
  }
  size_t filled = 0;
  for (int i = 0; i < count; ++i) {
    const Ready ready = ReadyOf(events_[static_cast<size_t>(i)]);
    if (ready.token != kTimerToken) out[filled++] = ready;
  }
  return filled;
}

Duration EpollPoller::WithoutSlack(Duration timeout) {
  constexpr Duration kMostSlack = std::chrono::milliseconds(100);
  return timeout - std::min(timeout / 200, kMostSlack);
}

int EpollPoller::WaitForEvents(int capacity, Duration timeout) {
  if (timeout <= Duration::zero()) {
    return ::epoll_wait(epoll_.get(), events_.data(), capacity, timeout.count() < 0 ? -1 : 0);
  }
  if (precision_ == Precision::kPwait2) {
    const timespec limit = TimespecOf(WithoutSlack(timeout));
    const int count = ::epoll_pwait2(epoll_.get(), events_.data(), capacity, &limit, nullptr);
    // EPERM: what sandboxes answer to calls they do not know.
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    precision_ = Precision::kTimerFd;
  }
  return WaitWithTimer(capacity, timeout);
}

int EpollPoller::WaitWithTimer(int capacity, Duration timeout) {
  if (!timer_.is_open()) {
    timer_ = Descriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    if (!timer_.is_open()) return -1;
    // Edge triggered: an expiry that nobody waited for is never read.
    if (!Control(EPOLL_CTL_ADD, timer_.get(), kTimerToken, EPOLLIN | EPOLLET).ok()) return -1;
  }
  // Setting it also clears an expiry of the wait before.
  const itimerspec once = {.it_interval = {}, .it_value = TimespecOf(timeout)};
  if (::timerfd_settime(timer_.get(), 0, &once, nullptr) != 0) return -1;
  return ::epoll_wait(epoll_.get(), events_.data(), capacity, -1);
}

void EpollPoller::Wake() noexcept {
  const uint64_t one = 1;
  while (::write(wake_.get(), &one, sizeof(one)) < 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return;
    // The counter is full, after 2^64 wakes: the write made no edge. Emptied, it
    // takes the next one; two threads here at once only report one wake more.
    uint64_t count = 0;
    static_cast<void>(::read(wake_.get(), &count, sizeof(count)));
  }
}

std::unique_ptr<Poller> MakePoller() { return std::make_unique<EpollPoller>(); }

}  // namespace mailroom::io
