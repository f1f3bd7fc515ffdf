// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "mailroom/base/bytes.h"
#include "mailroom/io/address.h"
#include "mailroom/io/descriptor.h"

// Peer: the far end of a connection under test.
//
// Never blocks: Send() takes what fits, Receive() gives what is there. Over a
// socket pair everything a call does is visible to the other end when the call
// returns, so one thread can play both sides. A failed system call ends the
// test program. One thread at a time.
namespace mailroom::io {

class Peer final {
 public:
  // A connected pair of Unix sockets: the far end, and the near descriptor, which
  // belongs to the caller (Loop::Adopt).
  static std::pair<Peer, int> Pair();
  // A TCP connection to a listener of this machine; waits until it stands.
  static Peer Connect(const Address& address);
  // A Unix socket, by its path or "@name".
  static Peer Connect(const std::string& unix_path);

  // How many bytes the kernel took, all of them unless its buffer is full.
  size_t Send(BytesView bytes);
  // Takes what fits off the front of *bytes; false when the other side has gone.
  bool TrySend(BytesView* bytes);
  // What has arrived so far.
  std::string Receive();
  // True when the other side ended, and everything before it was received.
  bool AtEnd();
  // True when the other side reset the connection.
  bool WasReset();
  // Waits until there is something to receive: bytes, an end or a reset.
  void AwaitReadable();
  // The same with a bound for tests of real processes; false when it has passed.
  bool AwaitReadable(std::chrono::milliseconds bound);

  void ShutdownWrite();
  void Close() { fd_.Close(); }
  // Closes so that the other side sees a reset (TCP; SO_LINGER 0).
  void Reset();

  int fd() const { return fd_.get(); }

 private:
  explicit Peer(int fd) : fd_(fd) {}

  Descriptor fd_;
};

}  // namespace mailroom::io
