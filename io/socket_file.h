// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "mailroom/base/status.h"

// SocketFile: the file by which a Unix socket is found, and its end.
//
// A process that is killed leaves its file behind, and a new server could not bind
// there. Bind() removes such a file. A file on which a process listens, or that is no
// socket, stays, and Bind() fails. The destructor unlinks the file, unless another file
// has taken its place since. Of two servers that start on one stale file at the same
// moment the later one gets it.
//
// Owned by the Listener that is bound to it. One thread at a time. Private to io.
namespace mailroom::io {

class SocketFile final {
 public:
  SocketFile() = default;  // none
  SocketFile(SocketFile&& other) noexcept { *this = std::move(other); }
  SocketFile& operator=(SocketFile&& other) noexcept;
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  ~SocketFile() { Remove(); }

  // Binds the Unix stream socket `fd` to `path` ("@name": no file; then none is
  // returned) with the permissions `mode`, whatever the umask. unavailable when
  // somebody listens there, already_exists when it is no socket.
  static Result<SocketFile> Bind(int fd, const std::string& path, unsigned mode);

  // The platform's sockaddr for a path or "@name", and back ("" for none).
  // `native` has room for a sockaddr_storage; returns what it takes of it.
  static size_t ToNative(const std::string& path, void* native);
  static std::string FromNative(const void* native, size_t size);

 private:
  static Status MakeRoom(const std::string& path);
  void Remove() noexcept;

  std::string path_;  // empty: none
  uint64_t device_ = 0;
  uint64_t inode_ = 0;
};

}  // namespace mailroom::io
