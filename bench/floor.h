// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What both floors stand on: a listener, an epoll set and the shortest reading of HTTP/1.1 that
// is still right about keep-alive, pipelining and Content-Length. It is a yardstick, not a server:
// methods, targets, chunked bodies and header limits are not looked at, and the answer never
// changes. One thread owns a Sockets object and calls everything on it.
//
// The surprise: a client that does not read its answers is not read from either. A socket waits
// for input or for room to write, never for both, so nothing here grows without a bound except
// the answers to requests that one read already held.

namespace mailroom::bench {

// The one answer, as long as the one that a Greet call in JSON gets.
inline constexpr std::string_view kReply =
    "HTTP/1.1 200 OK\r\n"
    "Content-Length: 26\r\n"
    "Content-Type: application/json\r\n"
    "\r\n"
    R"({"message":"Hello, world"})";

enum class Cut { kWhole, kNeedMore, kBad };

struct Request {
  size_t size = 0;  // head and body together
  std::string_view body;
};

// Looks for one request at the front of `bytes` and fills `request` when it is whole. The body
// points into `bytes`. kBad: a head or a body longer than any that this benchmark sends.
Cut CutRequest(std::string_view bytes, Request* request);

// The value of `--port N` on the command line; 0, a free port, without one.
uint16_t PortArgument(int argc, char** argv);

// Prints `what`, a colon and errno's text, and ends the process.
[[noreturn]] void DieOfErrno(const char* what);

class Sockets final {
 public:
  // Listens on 127.0.0.1 and prints the address as "NAME listening on http://127.0.0.1:PORT".
  Sockets(const char* name, uint16_t port);
  ~Sockets();
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  int listener() const { return listener_; }
  uint16_t port() const { return port_; }

  // Also reports input on a descriptor that the caller owns and reads by itself.
  void WatchInput(int fd);

  // Sleeps until something is ready. The span is valid until the next call.
  std::span<const epoll_event> Wait();

  void AcceptAll();

  // Reads once from `fd` and calls on_request(generation, body) for each request completed by
  // that. Returns how many there were; 0 also when the socket was closed here.
  template <typename OnRequest>
  size_t Receive(int fd, OnRequest&& on_request);

  // Answers `count` requests in one send (each kReplyBlock of them). A generation that is not the
  // socket's own is stale: its client has left, and nothing is sent.
  void Reply(int fd, uint32_t generation, size_t count);

  uint32_t generation(int fd) const { return peers_[static_cast<size_t>(fd)].generation; }

  // Sends what an earlier Reply had to keep, once the socket has room.
  void Flush(int fd);

 private:
  static constexpr size_t kReadBytes = 65536;
  static constexpr size_t kReplyBlock = 256;
  static constexpr size_t kReadyBatch = 1024;

  // All that an idle connection costs this process.
  struct Peer {
    uint32_t generation = 0;  // counts closes
    bool open = false;
    std::string unread;  // the front of a request cut in two
    std::string unsent;  // what the kernel had no room for
  };

  Peer& PeerOf(int fd) { return peers_[static_cast<size_t>(fd)]; }
  std::string_view ReadOnce(int fd, Peer& peer);
  void Keep(Peer& peer, std::string_view rest);
  void Send(int fd, Peer& peer, std::string_view bytes);
  void SetInterest(int fd, int operation, uint32_t events);
  void Close(int fd);

  int epoll_;
  int listener_;
  uint16_t port_;
  std::vector<epoll_event> ready_;
  std::vector<char> read_buffer_;
  std::string reply_block_;
  std::vector<Peer> peers_;  // by descriptor
};

template <typename OnRequest>
size_t Sockets::Receive(int fd, OnRequest&& on_request) {
  Peer& peer = PeerOf(fd);
  std::string_view bytes = ReadOnce(fd, peer);
  const uint32_t generation = peer.generation;
  size_t whole = 0;
  Request request;
  while (!bytes.empty()) {
    const Cut cut = CutRequest(bytes, &request);
    if (cut == Cut::kNeedMore) break;
    if (cut == Cut::kBad) {
      Close(fd);
      return 0;
    }
    on_request(generation, request.body);
    bytes.remove_prefix(request.size);
    ++whole;
  }
  if (!bytes.empty() || !peer.unread.empty()) Keep(peer, bytes);
  return whole;
}

}  // namespace mailroom::bench
