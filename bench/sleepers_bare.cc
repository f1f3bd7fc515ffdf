// SPDX-License-Identifier: Apache-2.0
// The floor of bench/sleepers.py: one timerfd a sleeper, one epoll, nothing else.
// Reads a line of periods in microseconds for each sleeper; says how late each sleep
// ended, in the order in which they did, a line each.
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

[[noreturn]] void Fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

class Sleeper {
 public:
  Sleeper(const std::string& periods, int epoll, uint32_t number)
      : fd_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    std::istringstream words(periods);
    for (int64_t period = 0; words >> period;) periods_.push_back(microseconds(period));
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.u32 = number;
    if (fd_ < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd_, &event) != 0) Fail("timerfd");
  }

  // False when it has slept enough.
  bool Begin() {
    if (next_ == periods_.size()) return false;
    const microseconds period = periods_[next_++];
    itimerspec spec = {};
    spec.it_value.tv_sec = period.count() / 1000000;
    spec.it_value.tv_nsec = period.count() % 1000000 * 1000;
    due_ = Clock::now() + period;
    if (timerfd_settime(fd_, 0, &spec, nullptr) != 0) Fail("timerfd_settime");
    return true;
  }

  // How late it is now.
  microseconds End() {
    uint64_t times = 0;
    if (read(fd_, &times, sizeof(times)) != sizeof(times)) Fail("read");
    return std::chrono::duration_cast<microseconds>(Clock::now() - due_);
  }

 private:
  const int fd_;
  std::vector<microseconds> periods_;
  size_t next_ = 0;
  Clock::time_point due_;
};

}  // namespace

int main() {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Sleeper> sleepers;
  for (std::string line; std::getline(std::cin, line);) {
    sleepers.emplace_back(line, epoll, static_cast<uint32_t>(sleepers.size()));
  }
  size_t asleep = 0;
  for (Sleeper& sleeper : sleepers) {
    if (sleeper.Begin()) ++asleep;
  }
  while (asleep > 0) {
    epoll_event events[64];
    const int count = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < count; ++i) {
      Sleeper& sleeper = sleepers[events[i].data.u32];
      std::printf("%lld\n", static_cast<long long>(sleeper.End().count()));
      if (!sleeper.Begin()) --asleep;
    }
  }
  return 0;
}
