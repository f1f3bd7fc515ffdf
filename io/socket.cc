// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>

#include "mailroom/io/socket_file.h"

namespace mailroom::io {
namespace {

Status SetOption(int fd, int level, int option, int value) {
  if (::setsockopt(fd, level, option, &value, sizeof(value)) == 0) return Status();
  return ErrnoStatus("setsockopt", errno);
}

// Rounded up, for options that count in whole seconds up to 32767 (MAX_TCP_KEEPIDLE and
// MAX_TCP_KEEPINTVL in Linux's include/net/tcp.h).
int KernelSeconds(Duration time) {
  constexpr int64_t kMost = 32767;
  const int64_t whole = std::chrono::floor<std::chrono::seconds>(time).count();
  const bool more = time > std::chrono::seconds(whole);
  return static_cast<int>(std::clamp<int64_t>(whole + (more ? 1 : 0), 1, kMost));
}

// Likewise, in milliseconds.
int KernelMilliseconds(Duration time) {
  constexpr int64_t kMost = std::numeric_limits<int>::max();
  const int64_t whole = std::chrono::floor<std::chrono::milliseconds>(time).count();
  const bool more = time > std::chrono::milliseconds(whole);
  return static_cast<int>(std::min<int64_t>(whole + (more ? 1 : 0), kMost));
}

// Repeats a call that a signal interrupted: on a non-blocking socket rare, and
// never a reason to give up (EINTR).
template <class Call>
auto Uninterrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

bool IsWouldBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

Result<Socket> Socket::Open(const Address& address) {
  const int domain = address.is_ipv6() ? AF_INET6 : AF_INET;
  Descriptor fd(::socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return ErrnoStatus("socket", errno);
  return Socket(std::move(fd));
}

Result<Socket> Socket::OpenUnix() {
  Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return ErrnoStatus("socket", errno);
  return Socket(std::move(fd));
}

Status Socket::Listen(int backlog) {
  if (::listen(fd(), backlog) == 0) return Status();
  return ErrnoStatus("listen", errno);
}

Status Socket::Listen(const Address& address, int backlog, bool share_port) {
  // A restart must not wait for the last one's TIME_WAIT.
  MAILROOM_RETURN_IF_ERROR(SetOption(fd(), SOL_SOCKET, SO_REUSEADDR, 1));
  if (share_port) MAILROOM_RETURN_IF_ERROR(SetOption(fd(), SOL_SOCKET, SO_REUSEPORT, 1));
  // "[::]" means both families, whatever the system's default says.
  if (address.is_ipv6()) MAILROOM_RETURN_IF_ERROR(SetOption(fd(), IPPROTO_IPV6, IPV6_V6ONLY, 0));
  sockaddr_storage native = {};
  const socklen_t size = static_cast<socklen_t>(address.ToNative(&native));
  if (::bind(fd(), reinterpret_cast<const sockaddr*>(&native), size) != 0) {
    return ErrnoStatus(("bind " + address.ToString()).c_str(), errno);
  }
  if (::listen(fd(), backlog) == 0) return Status();
  // With SO_REUSEADDR two sockets may bind; the second listen() is refused.
  return ErrnoStatus(("listen " + address.ToString()).c_str(), errno);
}

Status Socket::Connect(const Address& address) {
  sockaddr_storage native = {};
  const socklen_t size = static_cast<socklen_t>(address.ToNative(&native));
  if (::connect(fd(), reinterpret_cast<const sockaddr*>(&native), size) == 0) return Status();
  // Interrupted or not, a non-blocking connection goes on being made.
  if (errno == EINPROGRESS || errno == EINTR) return Status();
  return ErrnoStatus(("connect " + address.ToString()).c_str(), errno);
}

Status Socket::SetNonBlocking() {
  const int flags = ::fcntl(fd(), F_GETFL);
  if (flags < 0) return ErrnoStatus("fcntl", errno);
  if ((flags & O_NONBLOCK) != 0) return Status();
  if (::fcntl(fd(), F_SETFL, flags | O_NONBLOCK) == 0) return Status();
  return ErrnoStatus("fcntl", errno);
}

Status Socket::SetNoDelay() { return SetOption(fd(), IPPROTO_TCP, TCP_NODELAY, 1); }

Status Socket::SetSendBuffer(int bytes) { return SetOption(fd(), SOL_SOCKET, SO_SNDBUF, bytes); }

// Three probes in the second half of the time. Without TCP_USER_TIMEOUT a peer that owes
// an acknowledgement would be waited for some 15 minutes (tcp_retries2): no probe is sent
// while one is due.
Status Socket::SetPeerTimeout(Duration timeout) {
  if (timeout <= Duration::zero()) {
    MAILROOM_RETURN_IF_ERROR(SetOption(fd(), SOL_SOCKET, SO_KEEPALIVE, 0));
    return SetOption(fd(), IPPROTO_TCP, TCP_USER_TIMEOUT, 0);
  }
  constexpr int kProbes = 3;
  const Duration between = timeout / (2 * kProbes);
  MAILROOM_RETURN_IF_ERROR(SetOption(fd(), IPPROTO_TCP, TCP_KEEPIDLE, KernelSeconds(timeout / 2)));
  MAILROOM_RETURN_IF_ERROR(SetOption(fd(), IPPROTO_TCP, TCP_KEEPINTVL, KernelSeconds(between)));
  MAILROOM_RETURN_IF_ERROR(SetOption(fd(), IPPROTO_TCP, TCP_KEEPCNT, kProbes));
  MAILROOM_RETURN_IF_ERROR(
      SetOption(fd(), IPPROTO_TCP, TCP_USER_TIMEOUT, KernelMilliseconds(timeout)));
  return SetOption(fd(), SOL_SOCKET, SO_KEEPALIVE, 1);
}

Status Socket::ShutdownWrite() {
  if (::shutdown(fd(), SHUT_WR) == 0) return Status();
  return ErrnoStatus("shutdown", errno);
}

Result<Address> Socket::LocalAddress() const {
  sockaddr_storage native = {};
  socklen_t size = sizeof(native);
  if (::getsockname(fd(), reinterpret_cast<sockaddr*>(&native), &size) != 0) {
    return ErrnoStatus("getsockname", errno);
  }
  return Address::FromNative(&native, size);
}

Result<std::string> Socket::LocalName() const {
  sockaddr_storage native = {};
  socklen_t size = sizeof(native);
  if (::getsockname(fd(), reinterpret_cast<sockaddr*>(&native), &size) != 0) {
    return ErrnoStatus("getsockname", errno);
  }
  if (native.ss_family == AF_UNIX) return "unix:" + SocketFile::FromNative(&native, size);
  return Address::FromNative(&native, size).ToString();
}

Address Socket::UnixPeer() const {
  ucred peer = {};
  socklen_t size = sizeof(peer);
  if (::getsockopt(fd(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return Address();
  return Address::UnixPeer(peer.uid, static_cast<uint32_t>(peer.pid));
}

Result<Socket> Socket::Duplicate() const {
  Descriptor copy(::fcntl(fd(), F_DUPFD_CLOEXEC, 0));
  if (!copy.is_open()) return ErrnoStatus("fcntl", errno);
  return Socket(std::move(copy));
}

Status Socket::CheckListening() const {
  int listening = 0;
  socklen_t size = sizeof(listening);
  if (::getsockopt(fd(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0) {
    return ErrnoStatus("getsockopt", errno);
  }
  if (listening != 0) return Status();
  return FailedPrecondition("the descriptor is not a listening socket");
}

IoResult Socket::Receive(int fd, std::span<char> into) {
  const ssize_t n = Uninterrupted([&] { return ::recv(fd, into.data(), into.size(), 0); });
  if (n > 0) return IoResult::Done(static_cast<size_t>(n));
  if (n == 0) return IoResult::Ended();
  if (IsWouldBlock(errno)) return IoResult::WouldBlock();
  return IoResult::Failed(ErrnoStatus("recv", errno));
}

IoResult Socket::Send(int fd, std::span<const BytesView> pieces) {
  ssize_t n = 0;
  if (pieces.size() == 1) {
    // The common case, a little cheaper than sendmsg.
    n = Uninterrupted([&] { return ::send(fd, pieces[0].data(), pieces[0].size(), MSG_NOSIGNAL); });
  } else {
    iovec vectors[kMaxPieces];
    const size_t count = std::min(pieces.size(), kMaxPieces);
    for (size_t i = 0; i < count; ++i) {
      vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
    }
    msghdr message = {};
    message.msg_iov = vectors;
    message.msg_iovlen = count;
    n = Uninterrupted([&] { return ::sendmsg(fd, &message, MSG_NOSIGNAL); });
  }
  if (n >= 0) return IoResult::Done(static_cast<size_t>(n));
  if (IsWouldBlock(errno)) return IoResult::WouldBlock();
  return IoResult::Failed(ErrnoStatus("send", errno));
}

}  // namespace mailroom::io
