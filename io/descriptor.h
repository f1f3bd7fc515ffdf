// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/status.h"

// Descriptor: owns one file descriptor and closes it exactly once (S42).
//
// Move-only. Beside it the one place where errno becomes a Status.
// One thread at a time.
namespace mailroom::io {

class Descriptor final {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { Close(); }

  // Negative when nothing is owned.
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

  // Idempotent.
  void Close() noexcept;
  // Hands the descriptor to the caller.
  int Release() noexcept;

 private:
  int fd_ = -1;
};

// "bind: Address already in use", with the code that fits. `error` is an errno;
// `call` names the system call that set it.
Status ErrnoStatus(const char* call, int error);

}  // namespace mailroom::io
