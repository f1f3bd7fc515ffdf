// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"
#include "mailroom/io/service_manager.h"
#include "mailroom/server/config/options.h"

// ServiceNotice: what a server tells the service manager that started it (systemd,
// Type=notify): that it serves, that it lives, that it ends. Private to server.
//
// It lives while every loop turns: one that hangs stops the heartbeat of all, and the
// manager restarts the process. Workers are not asked: a handler may take its time.
namespace mailroom::server {

class ServiceNotice final {
 public:
  ServiceNotice(io::ServiceManager manager, size_t loops)
      : manager_(std::move(manager)),
        all_(loops < 64 ? (uint64_t{1} << loops) - 1 : ~uint64_t{0}) {}

  // Connections are taken from now on; `where` is for people.
  void Ready(std::string_view where);
  // Any thread. Draining begins.
  void Stopping();
  // How often each loop must call Beat(); zero: never. A quarter of what the manager
  // waits: two loops' beats may lie a period apart, and half is to spare.
  Duration beat_period() const { return manager_.heartbeat() / 4; }
  // Loop thread of loop number `loop`.
  void Beat(size_t loop);

 private:
  void Tell(std::string_view state);

  const io::ServiceManager manager_;
  const uint64_t all_;
  std::atomic<uint64_t> beaten_{0};  // a bit for each loop, since the last heartbeat
};

// Has the server listen on sockets that stand open already, instead of on the
// addresses in *options. Those named "http" are for callers, "admin" for operators;
// of others the first is for callers and a second for operators. invalid_argument when
// that leaves one over, or nothing for callers.
Status UseInherited(const std::vector<io::InheritedSocket>& sockets, ServerOptions* options);

}  // namespace mailroom::server
