// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <span>
#include <vector>

#include "mailroom/io/descriptor.h"
#include "mailroom/io/poller.h"

// EpollPoller: the Poller of Linux. Private to io; MakePoller() makes one.
//
// Level triggered, except its own eventfd, which is edge triggered: so a wake costs no
// read. It waits with epoll_pwait2 (Linux 5.11), which counts nanoseconds, in steps that
// leave the kernel's slack out. Where a kernel or a sandbox lacks that call a timerfd,
// which has no slack, does the same.
namespace mailroom::io {

class EpollPoller final : public Poller {
 public:
  enum class Precision : uint8_t { kPwait2, kTimerFd };
  // kTimerFd is for tests; kPwait2 falls back to it by itself.
  explicit EpollPoller(Precision precision = Precision::kPwait2) : precision_(precision) {}

  Status Init(SlotId wake_token) override;
  Status Add(int fd, SlotId token, Interest interest) override;
  Status Modify(int fd, SlotId token, Interest interest) override;
  void Remove(int fd) noexcept override;
  Result<size_t> Wait(std::span<Ready> out, Duration timeout) override;
  void Wake() noexcept override;

  // How long to ask epoll_pwait2 to wait: less than `timeout` (positive) by as much
  // as the kernel may add for being so long, which is a thousandth, a 200th for a
  // process with nice above zero, 100 ms at most (select_estimate_accuracy in
  // Linux's fs/select.c). The least that it may add, 50 us, stays.
  static Duration WithoutSlack(Duration timeout);

  // The eventfd, for a test that fills its counter (S36).
  int wake_fd() const { return wake_.get(); }

 private:
  Status Control(int operation, int fd, SlotId token, uint32_t events);
  int WaitForEvents(int capacity, Duration timeout);
  int WaitWithTimer(int capacity, Duration timeout);

  Precision precision_;
  Descriptor epoll_;
  Descriptor wake_;
  Descriptor timer_;
  std::vector<epoll_event> events_;
};

}  // namespace mailroom::io
