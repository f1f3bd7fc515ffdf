// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <vector>

#include "mailroom/base/status.h"
#include "mailroom/io/descriptor.h"

// Signals: process signals as readiness of a descriptor. Private to io.
//
// The signals are blocked in the thread that calls Watch() and in those it
// starts later, and are read from a signalfd: no handler runs, nothing is global
// and a system call of ours is not interrupted. The end drops what is pending
// and restores the calling thread's mask.
// Owned by the Loop. Loop thread only.
namespace mailroom::io {

class Signals final {
 public:
  // invalid_argument for a number that is no signal, or cannot be blocked.
  static Result<Signals> Watch(const std::vector<int>& signal_numbers);

  Signals(Signals&&) = default;
  ~Signals();

  int fd() const { return descriptor_.get(); }
  // The next signal that came, or 0. One that came again before it was taken counts once.
  int Take();

 private:
  Signals(Descriptor descriptor, const sigset_t& before)
      : descriptor_(std::move(descriptor)), before_(before) {}

  Descriptor descriptor_;
  sigset_t before_;
};

}  // namespace mailroom::io
