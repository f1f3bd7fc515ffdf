// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace mailroom::io {

Result<Signals> Signals::Watch(const std::vector<int>& signal_numbers) {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int number : signal_numbers) {
    // The kernel would silently leave these two as they are.
    if (number == SIGKILL || number == SIGSTOP || sigaddset(&watched, number) != 0) {
      return InvalidArgument("signal " + std::to_string(number) + " cannot be watched");
    }
  }
  Descriptor descriptor(::signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!descriptor.is_open()) return ErrnoStatus("signalfd", errno);
  sigset_t before;
  const int error = pthread_sigmask(SIG_BLOCK, &watched, &before);
  if (error != 0) return ErrnoStatus("pthread_sigmask", error);
  return Signals(std::move(descriptor), before);
}

Signals::~Signals() {
  if (!descriptor_.is_open()) return;  // moved from
  while (Take() != 0) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

int Signals::Take() {
  signalfd_siginfo info;
  for (;;) {
    const ssize_t n = ::read(descriptor_.get(), &info, sizeof(info));
    if (n == sizeof(info)) return static_cast<int>(info.ssi_signo);
    if (n >= 0 || errno != EINTR) return 0;
  }
}

}  // namespace mailroom::io
