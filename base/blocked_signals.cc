// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/blocked_signals.h"

#include <ctime>
#include <initializer_list>

namespace mailroom {
namespace {

sigset_t OnlySigpipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  return set;
}

bool SigpipeIsPending() {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

}  // namespace

BlockedSignals::BlockedSignals() {
  sigset_t all;
  sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) {
    sigdelset(&all, fault);
  }
  pthread_sigmask(SIG_BLOCK, &all, &before_);
}

BlockedSignals::~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

BlockedSigpipe::BlockedSigpipe() : was_pending_(SigpipeIsPending()) {
  const sigset_t pipe = OnlySigpipe();
  pthread_sigmask(SIG_BLOCK, &pipe, &before_);
}

BlockedSigpipe::~BlockedSigpipe() {
  if (!was_pending_ && SigpipeIsPending()) {
    const sigset_t pipe = OnlySigpipe();
#if defined(__APPLE__)
    // TODO(port): no sigtimedwait() there. sigwait() hangs when another thread takes a
    // SIGPIPE for the whole process first.
    int taken = 0;
    sigwait(&pipe, &taken);
#else
    // Not sigwait(): one for the whole process may be taken by another thread meanwhile.
    const timespec no_time{};
    sigtimedwait(&pipe, nullptr, &no_time);
#endif
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace mailroom
