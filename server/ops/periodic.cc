// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/periodic.h"

#include <utility>

namespace mailroom::server {

Periodic::Periodic(std::string name, Duration period, std::function<void()> round)
    : period_(period), round_(std::move(round)), thread_(std::move(name), [this] {
        while (Sleep()) round_();
      }) {}

Periodic::~Periodic() {
  {
    MutexLock lock(mutex_);
    ending_ = true;
  }
  ends_.NotifyAll();
  thread_.Join();
}

bool Periodic::Sleep() {
  const TimePoint until = DeadlineIn(Clock::System().Now(), period_);
  MutexLock lock(mutex_);
  while (!ending_ && ends_.WaitUntil(mutex_, until)) {
  }
  return !ending_;
}

}  // namespace mailroom::server
