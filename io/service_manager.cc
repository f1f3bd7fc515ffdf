// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

namespace mailroom::io {
namespace {

constexpr int kFirstInherited = 3;
// More than anybody has sockets; a bound for what a variable may ask.
constexpr uint64_t kMostInherited = 1024;

// Null when it is unset or empty: `VARIABLE=` in a unit or a shell says nothing.
const char* Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

std::optional<uint64_t> Number(const char* text) {
  uint64_t number = 0;
  const char* const end = text + std::strlen(text);
  const std::from_chars_result read = std::from_chars(text, end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

Status Senseless(const char* variable, const char* text) {
  return InvalidArgument(std::string(variable) + "=" + text +
                         " makes no sense; the service manager should set it");
}

// Zero when none of this process is waited for.
Result<Duration> HeartbeatPeriod() {
  const char* const period = Variable("WATCHDOG_USEC");
  const char* const meant = Variable("WATCHDOG_PID");
  if (period == nullptr) return Duration::zero();
  if (meant != nullptr && Number(meant) != static_cast<uint64_t>(::getpid())) {
    return Duration::zero();
  }
  const std::optional<uint64_t> us = Number(period);
  constexpr uint64_t kMost = uint64_t{1} << 52;  // a century and some
  if (!us || *us == 0 || *us > kMost) return Senseless("WATCHDOG_USEC", period);
  return Duration(std::chrono::microseconds(*us));
}

}  // namespace

Result<ServiceManager> ServiceManager::FromEnvironment() {
  ServiceManager manager;
  if (const char* const address = Variable("NOTIFY_SOCKET")) {
    MAILROOM_ASSIGN_OR_RETURN(manager, Open(address));
    MAILROOM_ASSIGN_OR_RETURN(manager.heartbeat_, HeartbeatPeriod());
  }
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  return manager;
}

Result<ServiceManager> ServiceManager::Open(const std::string& address) {
  sockaddr_un native{};
  native.sun_family = AF_UNIX;
  const bool known = address.size() > 1 && (address[0] == '/' || address[0] == '@');
  if (!known || address.size() >= sizeof(native.sun_path)) {
    return InvalidArgument("NOTIFY_SOCKET=" + address + " is neither a path nor @name");
  }
  std::memcpy(native.sun_path, address.data(), address.size());
  if (address[0] == '@') native.sun_path[0] = '\0';
  // A path ends with a zero, an abstract name with its size.
  const size_t size =
      offsetof(sockaddr_un, sun_path) + address.size() + (address[0] == '/' ? 1 : 0);
  ServiceManager manager;
  manager.native_.assign(reinterpret_cast<const char*>(&native), size);
  manager.socket_ = Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!manager.present()) return ErrnoStatus("socket", errno);
  return manager;
}

Status ServiceManager::Notify(std::string_view state) const {
  if (!present()) return Status();
  sockaddr_un to{};
  std::memcpy(&to, native_.data(), native_.size());
  const ssize_t sent =
      ::sendto(socket_.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
               reinterpret_cast<const sockaddr*>(&to), static_cast<socklen_t>(native_.size()));
  if (sent < 0) return Status(Code::kUnavailable, ErrnoStatus("NOTIFY_SOCKET", errno).ToString());
  return Status();
}

Result<std::vector<InheritedSocket>> ParseInheritedSockets(const char* listen_pid,
                                                           const char* listen_fds,
                                                           const char* listen_fdnames, int pid) {
  std::vector<InheritedSocket> sockets;
  if (listen_pid == nullptr || listen_fds == nullptr) return sockets;
  const std::optional<uint64_t> meant = Number(listen_pid);
  if (!meant) return Senseless("LISTEN_PID", listen_pid);
  if (*meant != static_cast<uint64_t>(pid)) return sockets;
  const std::optional<uint64_t> count = Number(listen_fds);
  if (!count || *count > kMostInherited) return Senseless("LISTEN_FDS", listen_fds);
  std::string_view names = listen_fdnames == nullptr ? "" : listen_fdnames;
  for (int i = 0; i < static_cast<int>(*count); ++i) {
    const size_t end = std::min(names.find(':'), names.size());
    sockets.push_back({kFirstInherited + i, std::string(names.substr(0, end))});
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return sockets;
}

Result<std::vector<InheritedSocket>> TakeInheritedSockets() {
  Result<std::vector<InheritedSocket>> sockets = ParseInheritedSockets(
      Variable("LISTEN_PID"), Variable("LISTEN_FDS"), Variable("LISTEN_FDNAMES"), ::getpid());
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  return sockets;
}

}  // namespace mailroom::io
