// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/descriptor.h"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace mailroom::io {
namespace {

Code CodeOf(int error) {
  switch (error) {
    case EADDRINUSE:
    case EADDRNOTAVAIL:
    case ECONNABORTED:
    case ECONNREFUSED:
    case ECONNRESET:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH:
    case ENOTCONN:
    case EPIPE:
    case ETIMEDOUT:
      return Code::kUnavailable;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case ENOSPC:
      return Code::kResourceExhausted;
    case EACCES:
    case EPERM:
      return Code::kPermissionDenied;
    case EEXIST:
      return Code::kAlreadyExists;
    case ENOENT:
      return Code::kNotFound;
    case EAFNOSUPPORT:
    case ENOSYS:
    case EOPNOTSUPP:
      return Code::kUnimplemented;
    default:
      return Code::kInternal;
  }
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = other.Release();
  }
  return *this;
}

void Descriptor::Close() noexcept {
  // Not repeated on EINTR: Linux has let the descriptor go by then, and its
  // number may be another's already.
  if (fd_ >= 0) ::close(Release());
}

int Descriptor::Release() noexcept { return std::exchange(fd_, -1); }

Status ErrnoStatus(const char* call, int error) {
  return Status(CodeOf(error), std::string(call) + ": " + std::system_category().message(error));
}

}  // namespace mailroom::io
