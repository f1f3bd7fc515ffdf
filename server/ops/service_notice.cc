// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/service_notice.h"

#include <string>

#include "mailroom/base/log.h"

namespace mailroom::server {

void ServiceNotice::Ready(std::string_view where) {
  Tell(std::string("READY=1\nSTATUS=serving on ").append(where));
}

void ServiceNotice::Stopping() { Tell("STOPPING=1\nSTATUS=draining"); }

void ServiceNotice::Beat(size_t loop) {
  const uint64_t mine = uint64_t{1} << loop;
  if ((beaten_.fetch_or(mine) | mine) != all_) return;
  // A beat that comes between is lost, and made up for a period later.
  beaten_.store(0);
  Tell("WATCHDOG=1");
}

void ServiceNotice::Tell(std::string_view state) {
  const Status told = manager_.Notify(state);
  if (!told.ok()) MAILROOM_LOG_EVERY(kWarning, std::chrono::seconds(10)) << told;
}

Status UseInherited(const std::vector<io::InheritedSocket>& sockets, ServerOptions* options) {
  if (sockets.empty()) return Status();
  std::vector<std::string> callers;
  std::vector<std::string> operators;
  std::vector<std::string> unnamed;
  for (const io::InheritedSocket& socket : sockets) {
    std::vector<std::string>& list = socket.name == "http"    ? callers
                                     : socket.name == "admin" ? operators
                                                              : unnamed;
    list.push_back("fd:" + std::to_string(socket.fd));
  }
  for (std::string& address : unnamed) {
    std::vector<std::string>& list = callers.empty() ? callers : operators;
    list.push_back(std::move(address));
  }
  if (callers.empty() || operators.size() > 1) {
    return InvalidArgument(
        "of the sockets that were handed over (LISTEN_FDS) one at least is for callers and one at "
        "most for operators: name them with FileDescriptorName=http and FileDescriptorName=admin");
  }
  options->listen = std::move(callers);
  if (!operators.empty()) options->admin_listen = std::move(operators.front());
  return Status();
}

}  // namespace mailroom::server
