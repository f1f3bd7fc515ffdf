// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"
#include "mailroom/io/descriptor.h"

// ServiceManager: who started this process and wants to hear of it: systemd, or
// whatever speaks its two small protocols (sd_notify(3), sd_listen_fds(3)). Written by
// hand: a datagram and a few variables are no reason to link a library.
//
// FromEnvironment and TakeInheritedSockets read the environment and take what they read
// out of it, so that no child believes it is meant: main thread, before others start. An
// empty variable counts as unset.
namespace mailroom::io {

class ServiceManager final {
 public:
  // Nobody: Notify does nothing.
  ServiceManager() = default;
  // The one of NOTIFY_SOCKET, with WATCHDOG_USEC if that is meant for this process.
  // invalid_argument for values that make no sense.
  static Result<ServiceManager> FromEnvironment();
  // `address`: a path, or @name in the abstract namespace.
  static Result<ServiceManager> Open(const std::string& address);

  bool present() const { return socket_.is_open(); }
  // Any thread; never waits. "READY=1\nSTATUS=...", see sd_notify(3). unavailable when
  // nobody takes it.
  Status Notify(std::string_view state) const;
  // How often it must hear "WATCHDOG=1"; zero: never.
  Duration heartbeat() const { return heartbeat_; }

 private:
  Descriptor socket_;
  std::string native_;  // a sockaddr_un
  Duration heartbeat_{};
};

// A listening socket that stands open already.
struct InheritedSocket {
  int fd;
  std::string name;  // the socket unit's FileDescriptorName; may be empty
};

// What LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES (null: not set) say to process `pid`:
// nothing when they are for another one.
Result<std::vector<InheritedSocket>> ParseInheritedSockets(const char* listen_pid,
                                                           const char* listen_fds,
                                                           const char* listen_fdnames, int pid);
Result<std::vector<InheritedSocket>> TakeInheritedSockets();

}  // namespace mailroom::io
