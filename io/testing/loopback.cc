// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/testing/loopback.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>

#include "mailroom/base/check.h"

namespace mailroom::io {

std::pair<Peer, int> Peer::Pair() {
  int fds[2];
  MAILROOM_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
  return {Peer(fds[0]), fds[1]};
}

Peer Peer::Connect(const Address& address) {
  sockaddr_storage native = {};
  const socklen_t size = static_cast<socklen_t>(address.ToNative(&native));
  Peer peer(::socket(native.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  MAILROOM_CHECK(peer.fd() >= 0);
  MAILROOM_CHECK(::connect(peer.fd(), reinterpret_cast<sockaddr*>(&native), size) == 0);
  // A piece must not wait for the acknowledgement of the one before (40 ms).
  const int on = 1;
  MAILROOM_CHECK(::setsockopt(peer.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0);
  MAILROOM_CHECK(::fcntl(peer.fd(), F_SETFL, O_NONBLOCK) == 0);
  return peer;
}

Peer Peer::Connect(const std::string& unix_path) {
  sockaddr_un native = {};
  native.sun_family = AF_UNIX;
  MAILROOM_CHECK(unix_path.size() < sizeof(native.sun_path));
  unix_path.copy(native.sun_path, unix_path.size());
  const bool has_file = !unix_path.starts_with('@');
  if (!has_file) native.sun_path[0] = '\0';
  const size_t size = offsetof(sockaddr_un, sun_path) + unix_path.size() + (has_file ? 1 : 0);
  Peer peer(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  MAILROOM_CHECK(peer.fd() >= 0);
  MAILROOM_CHECK(::connect(peer.fd(), reinterpret_cast<sockaddr*>(&native),
                           static_cast<socklen_t>(size)) == 0);
  MAILROOM_CHECK(::fcntl(peer.fd(), F_SETFL, O_NONBLOCK) == 0);
  return peer;
}

size_t Peer::Send(BytesView bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = ::send(fd_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) break;
    MAILROOM_CHECK(n > 0);
    sent += static_cast<size_t>(n);
  }
  return sent;
}

bool Peer::TrySend(BytesView* bytes) {
  while (!bytes->empty()) {
    const ssize_t n = ::send(fd_.get(), bytes->data(), bytes->size(), MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN;
    bytes->remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

std::string Peer::Receive() {
  std::string bytes;
  char chunk[64 * 1024];
  for (;;) {
    const ssize_t n = ::recv(fd_.get(), chunk, sizeof(chunk), 0);
    if (n <= 0) return bytes;
    bytes.append(chunk, static_cast<size_t>(n));
  }
}

bool Peer::AtEnd() {
  char byte;
  return ::recv(fd_.get(), &byte, 1, MSG_PEEK) == 0;
}

bool Peer::WasReset() {
  char byte;
  return ::recv(fd_.get(), &byte, 1, MSG_PEEK) < 0 && errno == ECONNRESET;
}

void Peer::AwaitReadable() {
  pollfd look = {fd_.get(), POLLIN, 0};
  while (::poll(&look, 1, -1) < 0) MAILROOM_CHECK(errno == EINTR);
}

bool Peer::AwaitReadable(std::chrono::milliseconds bound) {
  pollfd look = {fd_.get(), POLLIN, 0};
  return ::poll(&look, 1, static_cast<int>(bound.count())) > 0;
}

void Peer::ShutdownWrite() { MAILROOM_CHECK(::shutdown(fd_.get(), SHUT_WR) == 0); }

void Peer::Reset() {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  MAILROOM_CHECK(::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);
  Close();
}

}  // namespace mailroom::io
