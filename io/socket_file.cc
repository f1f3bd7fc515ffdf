// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/socket_file.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "mailroom/io/descriptor.h"
#include "mailroom/io/listen_address.h"

namespace mailroom::io {
namespace {

static_assert(ListenAddress::kMaxUnixPath + 1 == sizeof(sockaddr_un::sun_path));

bool HasNoFile(const std::string& path) { return path.starts_with('@'); }

Status Named(const char* call, const std::string& path, int error) {
  return ErrnoStatus((std::string(call) + " unix:" + path).c_str(), error);
}

int BindTo(int fd, const std::string& path) {
  sockaddr_storage native = {};
  const size_t size = SocketFile::ToNative(path, &native);
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&native), static_cast<socklen_t>(size));
}

// The errno of an attempt to connect; 0: somebody listens.
int TryConnect(const std::string& path) {
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!probe.is_open()) return errno;
  sockaddr_storage native = {};
  const auto size = static_cast<socklen_t>(SocketFile::ToNative(path, &native));
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&native), size) == 0 ? 0 : errno;
}

}  // namespace

size_t SocketFile::ToNative(const std::string& path, void* native) {
  sockaddr_un un = {};
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, path.data(), path.size());
  size_t size = offsetof(sockaddr_un, sun_path) + path.size();
  if (HasNoFile(path)) {
    un.sun_path[0] = '\0';  // the rest is the name, to its last byte
  } else {
    ++size;
  }
  std::memcpy(native, &un, sizeof(un));
  return size;
}

std::string SocketFile::FromNative(const void* native, size_t size) {
  constexpr size_t kHead = offsetof(sockaddr_un, sun_path);
  if (size <= kHead || size > sizeof(sockaddr_un)) return "";
  sockaddr_un un = {};
  std::memcpy(&un, native, size);
  if (un.sun_family != AF_UNIX) return "";
  if (un.sun_path[0] == '\0') return "@" + std::string(un.sun_path + 1, size - kHead - 1);
  return std::string(un.sun_path, ::strnlen(un.sun_path, size - kHead));
}

Result<SocketFile> SocketFile::Bind(int fd, const std::string& path, unsigned mode) {
  int failed = BindTo(fd, path);
  if (failed != 0 && errno == EADDRINUSE && !HasNoFile(path)) {
    MAILROOM_RETURN_IF_ERROR(MakeRoom(path));
    failed = BindTo(fd, path);
  }
  if (failed != 0) return Named("bind", path, errno);
  SocketFile file;
  if (HasNoFile(path)) return file;
  struct stat status;
  if (::lstat(path.c_str(), &status) != 0) return Named("lstat", path, errno);
  file.path_ = path;
  file.device_ = status.st_dev;
  file.inode_ = status.st_ino;
  // Nobody can connect before listen(): until then the umask's permissions stand.
  if (::chmod(path.c_str(), static_cast<mode_t>(mode)) != 0) return Named("chmod", path, errno);
  return file;
}

Status SocketFile::MakeRoom(const std::string& path) {
  struct stat status;
  if (::lstat(path.c_str(), &status) != 0) {
    return errno == ENOENT ? Status() : Named("lstat", path, errno);
  }
  if (!S_ISSOCK(status.st_mode)) {
    return AlreadyExists("unix:" + path + ": there is a file that is no socket; remove it or " +
                         "choose another path");
  }
  const int error = TryConnect(path);
  if (error == ECONNREFUSED) {
    return ::unlink(path.c_str()) == 0 || errno == ENOENT ? Status() : Named("unlink", path, errno);
  }
  // EAGAIN: its backlog is full.
  if (error != 0 && error != EAGAIN) return Named("connect", path, error);
  return Status(Code::kUnavailable,
                "bind unix:" + path + ": Address already in use (somebody listens there)");
}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  if (this != &other) {
    Remove();
    path_ = std::exchange(other.path_, std::string());
    device_ = other.device_;
    inode_ = other.inode_;
  }
  return *this;
}

void SocketFile::Remove() noexcept {
  if (path_.empty()) return;
  struct stat status;
  const bool ours =
      ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
  if (ours) ::unlink(path_.c_str());
  path_.clear();
}

}  // namespace mailroom::io
