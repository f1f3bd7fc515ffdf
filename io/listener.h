// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "mailroom/base/status.h"
#include "mailroom/io/address.h"
#include "mailroom/io/descriptor.h"
#include "mailroom/io/socket.h"

// Listener: a bound, listening socket, and what to do when descriptors run out.
//
// It keeps one spare descriptor. When the process has no other left, the spare
// makes room to accept the peer that waits longest and to close it at once: the
// peer learns it now instead of hanging in the backlog (grpc#11679), and a
// level-triggered loop does not spin on a listener it cannot serve.
//
// Made by main(), moved into one Loop. One thread at a time; never blocks.
namespace mailroom::io {

class Listener final {
 public:
  // The kernel cuts it to net.core.somaxconn.
  static constexpr int kBacklog = 4096;

  // Whether other listeners may be bound to the same port beside this one, each
  // on its own loop; the kernel spreads the connections.
  enum class Port : uint8_t { kOwn, kShared };

  // Port 0 takes a free one: bound_address() tells. unavailable when the address
  // is in use, permission_denied, ...; the message names address and call.
  static Result<Listener> Bind(const Address& address, int backlog = kBacklog,
                               Port port = Port::kOwn);
  // Takes over a socket that listens already (socket activation, a Unix socket)
  // and makes it non-blocking. The descriptor is closed on failure, too.
  static Result<Listener> FromDescriptor(int fd);

  const Address& bound_address() const { return address_; }
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
  explicit Listener(Socket socket) : socket_(std::move(socket)) {}
  Status Prepare();
  Accepted Shed(int error);

  Socket socket_;
  Descriptor spare_;
  Address address_;
};

}  // namespace mailroom::io
