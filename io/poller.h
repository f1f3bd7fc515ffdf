// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "mailroom/base/bytes.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/status.h"
#include "mailroom/io/socket.h"

// Poller: the seam between a loop and its kernel. Two classes implement it: EpollPoller,
// and a scripted fake for tests (io/testing/fake_poller.h).
//
// It knows descriptors, interest and tokens; it does not know connections. A
// token is a SlotId and comes back as it was given, so an event that was in the
// batch when its slot died is recognised by its generation. Readiness is level
// triggered. Nothing in this header may assume epoll: other kernels are to follow.
// Owned by one Loop; every method on the loop thread except Wake().
namespace mailroom::io {

// What a descriptor is watched for. Errors and hang-ups are always reported.
struct Interest {
  bool readable = false;
  bool writable = false;
  // The peer's end (FIN) alone; `readable` watches for that, too. Reported with bytes
  // still unread in front of it.
  bool end = false;
  // Wakes one of the pollers that watch this socket, not all (EPOLLEXCLUSIVE; a hint
  // elsewhere). For Add() only: a descriptor watched like this cannot be modified.
  bool exclusive = false;
  friend bool operator==(Interest, Interest) = default;
};

// One readiness report. `eof` says that the peer will send no more, `error` that
// nothing can be sent to it any more (reset, or hung up both ways). Bytes may
// still be waiting with either: read until the read itself tells the end.
struct Ready {
  SlotId token;
  bool readable = false;
  bool writable = false;
  bool eof = false;    // seen only while watched for reading or for the end, or hung up
  bool error = false;  // cannot be masked
  friend bool operator==(const Ready&, const Ready&) = default;
};

class Poller {
 public:
  virtual ~Poller() = default;

  // Creates the kernel object and the wake registration. Once, before any other
  // call. The Status names the system call that failed.
  virtual Status Init(SlotId wake_token) = 0;

  // `fd` must be non-blocking and stays owned by the caller. already_exists when
  // it is watched already; Modify: not_found when it is not.
  virtual Status Add(int fd, SlotId token, Interest interest) = 0;
  virtual Status Modify(int fd, SlotId token, Interest interest) = 0;
  // Never fails: removing what is not there is nothing. Call before close(fd).
  virtual void Remove(int fd) noexcept = 0;

  // Waits until something is ready, the deadline `timeout` from now has passed
  // (negative: for ever, zero: only look) or Wake() was called, and fills at
  // most `out.size()` entries; returns how many. A signal or a timeout gives 0, never an
  // error. So may a wait that ends a little early: the caller waits for the rest. Any
  // number of Wake() calls since the last report give one entry with the wake token.
  virtual Result<size_t> Wait(std::span<Ready> out, Duration timeout) = 0;

  // Any thread, also while the loop is being torn down (until the Poller is
  // destroyed). Coalesces; a full kernel counter is success.
  virtual void Wake() noexcept = 0;

  // The two calls that move a connection's bytes. Here so that a fake can cut
  // them short or fail them; a real poller leaves them as they are.
  virtual IoResult Receive(int fd, std::span<char> into) { return Socket::Receive(fd, into); }
  virtual IoResult Send(int fd, std::span<const BytesView> pieces) {
    return Socket::Send(fd, pieces);
  }
};

// The platform's own: epoll. Linux is the only platform today.
std::unique_ptr<Poller> MakePoller();

}  // namespace mailroom::io
