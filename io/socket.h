// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "mailroom/base/bytes.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"
#include "mailroom/io/address.h"
#include "mailroom/io/descriptor.h"

// Socket: a non-blocking stream socket, and the system calls on it.
//
// Each method is one call or two; errno becomes a Status here, once, with the
// name of the call. Nothing here blocks, retries (but for EINTR) or keeps state.
// Owned by one Connection or Listener. One thread at a time.
namespace mailroom::io {

// What one attempt to move bytes came to.
struct IoResult {
  enum class State : uint8_t {
    kDone,        // `bytes` were moved, at least one
    kWouldBlock,  // nothing now: wait for readiness
    kEnded,       // receive only: the peer will send no more
    kFailed,      // `error` says why; the socket is of no more use
  };

  static IoResult Done(size_t bytes) { return {State::kDone, bytes, Status()}; }
  static IoResult WouldBlock() { return {State::kWouldBlock, 0, Status()}; }
  static IoResult Ended() { return {State::kEnded, 0, Status()}; }
  static IoResult Failed(Status error) { return {State::kFailed, 0, std::move(error)}; }

  State state = State::kWouldBlock;
  size_t bytes = 0;
  Status error;
};

class Socket final {
 public:
  // The pieces that one Send() takes; further ones wait for the next Send().
  static constexpr size_t kMaxPieces = 64;

  Socket() = default;
  explicit Socket(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  // Non-blocking, closed on exec, of the address's family.
  static Result<Socket> Open(const Address& address);
  static Result<Socket> OpenUnix();

  int fd() const { return descriptor_.get(); }
  bool is_open() const { return descriptor_.is_open(); }
  void Close() noexcept { descriptor_.Close(); }

  // Starts to listen, bound already.
  Status Listen(int backlog);
  // Binds and starts to listen. `share_port`: other sockets may listen beside it
  // (SO_REUSEPORT), each for its own loop.
  Status Listen(const Address& address, int backlog, bool share_port);
  // OK also while the connection is still being made.
  Status Connect(const Address& address);

  Status SetNonBlocking();
  // Also inherited by what a listening socket accepts.
  Status SetNoDelay();
  Status SetSendBuffer(int bytes);
  // Has the kernel fail the connection of a peer that answers nothing for `timeout`: neither
  // to what was sent nor, when nothing is, to its probes. Also fails a peer that answers
  // probes but accepts no data for `timeout`. Zero undoes it: the kernel's own times, and no
  // probes. TCP only. Also inherited by what a listening socket accepts.
  Status SetPeerTimeout(Duration timeout);
  // Ends our side: the peer reads what was sent and then the end.
  Status ShutdownWrite();

  // No address for a Unix socket.
  Result<Address> LocalAddress() const;
  // "127.0.0.1:8080", "unix:/run/a.sock", "unix:@name".
  Result<std::string> LocalName() const;
  // Of a Unix socket that was accepted.
  Address UnixPeer() const;
  // The same socket by another descriptor, closed on exec.
  Result<Socket> Duplicate() const;
  // failed_precondition unless it is a listening stream socket.
  Status CheckListening() const;

  // The two calls of the request path, on any descriptor that is a socket.
  static IoResult Receive(int fd, std::span<char> into);
  // One gathered write of at most kMaxPieces pieces. Never raises SIGPIPE.
  static IoResult Send(int fd, std::span<const BytesView> pieces);

 private:
  Descriptor descriptor_;
};

}  // namespace mailroom::io
