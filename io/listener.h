// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"
#include "mailroom/io/address.h"
#include "mailroom/io/descriptor.h"
#include "mailroom/io/listen_address.h"
#include "mailroom/io/socket.h"

// Listener: a bound, listening socket, and what to do when descriptors run out.
//
// It keeps one spare descriptor. When the process has no other left, the spare
// makes room to accept the peer that waits longest and to close it at once: the
// peer learns it now instead of hanging in the backlog (grpc#11679), and a
// level-triggered loop does not spin on a listener it cannot serve.
//
// Made before the loops run, then moved into one of them. One thread at a time; never
// blocks.
namespace mailroom::io {

class SocketFile;

class Listener final {
 public:
  // The kernel cuts it to net.core.somaxconn.
  static constexpr int kBacklog = 4096;
  // Owner and group may connect to a Unix socket.
  static constexpr unsigned kUnixMode = 0660;

  // Whether other listeners may be bound to the same port beside this one, each
  // on its own loop; the kernel spreads the connections.
  enum class Port : uint8_t { kOwn, kShared };

  // Whatever the address names. With Port::kShared a port that another process listens
  // on is unavailable: it is bound alone first. A Unix socket's file gets the permissions
  // `unix_mode`, and is unlinked with the listener; a stale one is replaced.
  static Result<Listener> Open(const ListenAddress& where, Port port = Port::kOwn,
                               unsigned unix_mode = kUnixMode);
  // Port 0 takes a free one: bound_address() tells. unavailable when the address
  // is in use, permission_denied, ...; the message names address and call.
  static Result<Listener> Bind(const Address& address, int backlog = kBacklog,
                               Port port = Port::kOwn);
  // Takes over a socket that listens already (socket activation, a Unix socket)
  // and makes it non-blocking. The descriptor is closed on failure, too.
  static Result<Listener> FromDescriptor(int fd);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();

  // A connection whose handshake comes from now on fails when its peer answers nothing for
  // `timeout`. Also fails a peer that answers probes but accepts no data for `timeout`
  // (Socket::SetPeerTimeout). Zero undoes it. Nothing on a Unix socket, whose peer cannot
  // vanish.
  Status SetPeerTimeout(Duration timeout);

  // A listener at the same address for another loop. Bound with Port::kShared: a socket
  // of its own on the same port. Otherwise the same socket by another descriptor: any of
  // the loops that watch it may accept.
  Result<Listener> ForAnotherLoop();

  // TCP only; of a Unix socket no address.
  const Address& bound_address() const { return address_; }
  // "127.0.0.1:8080", "unix:/run/a.sock".
  const std::string& name() const { return name_; }
  // Several descriptors of one socket: a loop should watch it exclusively.
  bool is_duplicated() const { return duplicated_; }
  int fd() const { return socket_.fd(); }

  struct Accepted {
    enum class State : uint8_t {
      kAccepted,    // `socket` and `peer`
      kWouldBlock,  // nobody waits
      kShed,        // no descriptor left: the oldest peer was closed at once
      kStuck,       // cannot accept now, and did not shed: try later; `error`
    };
    State state = State::kWouldBlock;
    Socket socket;
    Address peer;
    Status error;
  };

  // Accepts one connection: non-blocking, closed on exec, TCP_NODELAY.
  Accepted Accept();

 private:
  explicit Listener(Socket socket);
  static Result<Listener> BindUnix(const std::string& path, unsigned mode);
  Status Prepare();
  Accepted Shed(int error);
  bool is_unix() const { return !address_.is_ipv4() && !address_.is_ipv6(); }

  Socket socket_;
  Descriptor spare_;
  Address address_;
  std::string name_;
  bool shares_port_ = false;
  bool duplicated_ = false;
  Duration peer_timeout_{};           // zero: the kernel's own
  std::unique_ptr<SocketFile> file_;  // the first of duplicates has it
};

}  // namespace mailroom::io
