// SPDX-License-Identifier: Apache-2.0
//
// The least a Linux process can do and still answer a small HTTP/1.1 POST correctly: one thread,
// one epoll set, one recv and one send for each readiness, nothing allocated on the way. Requests
// that arrived together are answered together. Inline calls of the server are compared with this.

#include <cstdint>
#include <string_view>

#include "mailroom/bench/floor.h"

namespace {

void RunTurn(mailroom::bench::Sockets& sockets) {
  for (const epoll_event& ready : sockets.Wait()) {
    const int fd = ready.data.fd;
    if (fd == sockets.listener()) {
      sockets.AcceptAll();
    } else if ((ready.events & EPOLLOUT) != 0) {
      sockets.Flush(fd);
    } else {
      const size_t whole = sockets.Receive(fd, [](uint32_t, std::string_view) {});
      if (whole > 0) sockets.Reply(fd, sockets.generation(fd), whole);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  mailroom::bench::Sockets sockets("floor_http", mailroom::bench::PortArgument(argc, argv));
  for (;;) RunTurn(sockets);
}
