// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/listener.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

#include "mailroom/io/socket_file.h"

namespace mailroom::io {
namespace {

Descriptor OpenSpare() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

// Errors of the connection that waited or of the network, which accept(2) hands
// on: that peer is gone, the next one may be fine.
bool IsPeersFault(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:  // a firewall's rule
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENOPROTOOPT:
    case ETIMEDOUT:
      return true;
    default:
      return false;
  }
}

}  // namespace

Listener::Listener(Socket socket) : socket_(std::move(socket)) {}
Listener::Listener(Listener&& other) noexcept = default;
Listener& Listener::operator=(Listener&& other) noexcept = default;
Listener::~Listener() = default;

Result<Listener> Listener::Bind(const Address& address, int backlog, Port port) {
  MAILROOM_ASSIGN_OR_RETURN(Socket socket, Socket::Open(address));
  MAILROOM_RETURN_IF_ERROR(socket.Listen(address, backlog, port == Port::kShared));
  Listener listener(std::move(socket));
  listener.shares_port_ = port == Port::kShared;
  MAILROOM_RETURN_IF_ERROR(listener.Prepare());
  return listener;
}

Result<Listener> Listener::BindUnix(const std::string& path, unsigned mode) {
  MAILROOM_ASSIGN_OR_RETURN(Socket socket, Socket::OpenUnix());
  Listener listener(std::move(socket));
  MAILROOM_ASSIGN_OR_RETURN(SocketFile file, SocketFile::Bind(listener.fd(), path, mode));
  listener.file_ = std::make_unique<SocketFile>(std::move(file));
  MAILROOM_RETURN_IF_ERROR(listener.socket_.Listen(kBacklog));
  MAILROOM_RETURN_IF_ERROR(listener.Prepare());
  return listener;
}

Result<Listener> Listener::Open(const ListenAddress& where, Port port, unsigned unix_mode) {
  if (where.kind() == ListenAddress::Kind::kTcp) {
    // Another server of this user that shares its port would let us in beside it.
    if (port == Port::kShared && where.address().port() != 0) {
      MAILROOM_RETURN_IF_ERROR(Bind(where.address(), kBacklog, Port::kOwn).status());
    }
    return Bind(where.address(), kBacklog, port);
  }
  if (where.kind() == ListenAddress::Kind::kUnix) return BindUnix(where.path(), unix_mode);
  Result<Listener> listener = FromDescriptor(where.descriptor());
  if (listener.ok()) return listener;
  const Status why = listener.status();
  return Status(why.code(), where.ToString() + ": " + std::string(why.message()));
}

// One call for all that it accepts: they inherit the options.
Status Listener::SetPeerTimeout(Duration timeout) {
  peer_timeout_ = timeout;
  return is_unix() ? Status() : socket_.SetPeerTimeout(timeout);
}

Result<Listener> Listener::ForAnotherLoop() {
  if (shares_port_) {
    MAILROOM_ASSIGN_OR_RETURN(Listener beside, Bind(address_, kBacklog, Port::kShared));
    if (peer_timeout_ > Duration::zero()) {
      MAILROOM_RETURN_IF_ERROR(beside.SetPeerTimeout(peer_timeout_));
    }
    return beside;
  }
  MAILROOM_ASSIGN_OR_RETURN(Socket socket, socket_.Duplicate());
  Listener listener(std::move(socket));
  MAILROOM_RETURN_IF_ERROR(listener.Prepare());
  listener.duplicated_ = duplicated_ = true;
  return listener;
}

Result<Listener> Listener::FromDescriptor(int fd) {
  Listener listener{Socket(Descriptor(fd))};
  MAILROOM_RETURN_IF_ERROR(listener.socket_.CheckListening());
  MAILROOM_RETURN_IF_ERROR(listener.socket_.SetNonBlocking());
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return ErrnoStatus("fcntl", errno);
  MAILROOM_RETURN_IF_ERROR(listener.Prepare());
  return listener;
}

Status Listener::Prepare() {
  MAILROOM_ASSIGN_OR_RETURN(address_, socket_.LocalAddress());
  MAILROOM_ASSIGN_OR_RETURN(name_, socket_.LocalName());
  // What it accepts inherits the option: one call here instead of one each. A
  // Unix socket has no such option and needs none.
  if (!is_unix()) MAILROOM_RETURN_IF_ERROR(socket_.SetNoDelay());
  spare_ = OpenSpare();
  if (!spare_.is_open()) return ErrnoStatus("open /dev/null", errno);
  return Status();
}

Listener::Accepted Listener::Accept() {
  for (;;) {
    sockaddr_storage native;
    socklen_t size = sizeof(native);
    Descriptor fd(::accept4(socket_.fd(), reinterpret_cast<sockaddr*>(&native), &size,
                            SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd.is_open()) {
      Socket socket(std::move(fd));
      const Address peer = is_unix() ? socket.UnixPeer() : Address::FromNative(&native, size);
      return {Accepted::State::kAccepted, std::move(socket), peer, Status()};
    }
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) return {};
    if (error == EMFILE || error == ENFILE) return Shed(error);
    if (!IsPeersFault(error)) {
      return {Accepted::State::kStuck, Socket(), Address(), ErrnoStatus("accept", error)};
    }
  }
}

Listener::Accepted Listener::Shed(int error) {
  // The spare may be missing since the last time; then there may be room now.
  if (!spare_.is_open()) spare_ = OpenSpare();
  Accepted result{Accepted::State::kStuck, Socket(), Address(), ErrnoStatus("accept", error)};
  if (!spare_.is_open()) return result;
  spare_.Close();
  if (Descriptor(::accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC)).is_open()) {
    result.state = Accepted::State::kShed;
  }
  spare_ = OpenSpare();
  return result;
}

}  // namespace mailroom::io
