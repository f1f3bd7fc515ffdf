// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

// Signals that the calling thread does not take for a while. Each object lives on
// the stack of one thread and restores that thread's mask; nothing is global.
namespace mailroom {

// All signals but those that a fault of this thread raises. A thread that is started
// meanwhile inherits the mask.
class BlockedSignals final {
 public:
  BlockedSignals();
  ~BlockedSignals();
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_;
};

// SIGPIPE. One that a write raised meanwhile is taken back: the write says EPIPE.
class BlockedSigpipe final {
 public:
  BlockedSigpipe();
  ~BlockedSigpipe();
  BlockedSigpipe(const BlockedSigpipe&) = delete;
  BlockedSigpipe& operator=(const BlockedSigpipe&) = delete;

 private:
  sigset_t before_;
  bool was_pending_;
};

}  // namespace mailroom
