// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "mailroom/base/clock.h"
#include "mailroom/base/mutex.h"
#include "mailroom/base/thread.h"

// Periodic: a thread that does one thing again and again and sleeps in between.
// Private to server.
//
// The thin shell around what tests call themselves. When one round takes long the
// next one is late; rounds are never made up for.
namespace mailroom::server {

class Periodic final {
 public:
  // `round` is called on a thread of that name about every `period`.
  Periodic(std::string name, Duration period, std::function<void()> round);
  // Waits for the round that runs.
  ~Periodic();
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

 private:
  // False when it is to end.
  bool Sleep();

  const Duration period_;
  const std::function<void()> round_;
  Mutex mutex_;
  CondVar ends_;
  bool ending_ MAILROOM_GUARDED_BY(mutex_) = false;
  Thread thread_;  // last: it uses the others
};

}  // namespace mailroom::server
