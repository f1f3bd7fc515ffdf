// SPDX-License-Identifier: Apache-2.0
#include "mailroom/bench/floor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace mailroom::bench {
namespace {

// More than any head or body that wrk or the driver sends, and less than one read.
constexpr size_t kMaxPartBytes = 16384;
constexpr int kBacklog = 4096;  // c512 connects at once; the idle measurement brings 10,000

constexpr std::string_view kBlankLine = "\r\n\r\n";
constexpr std::string_view kContentLength = "content-length:";

// Digits after the colon; anything else ends the number.
size_t NumberIn(std::string_view text) {
  size_t number = 0;
  for (const char c : text.substr(std::min(text.find_first_not_of(' '), text.size()))) {
    if (c < '0' || c > '9') break;
    number = number * 10 + static_cast<size_t>(c - '0');
  }
  return number;
}

// Of a head whose every line ends with LF; 0 without one.
size_t ContentLength(std::string_view head) {
  while (!head.empty()) {
    const size_t line = head.find('\n') + 1;
    if ((head.front() | 0x20) == 'c' && line > kContentLength.size() &&
        strncasecmp(head.data(), kContentLength.data(), kContentLength.size()) == 0) {
      return NumberIn(head.substr(kContentLength.size(), line - kContentLength.size()));
    }
    head.remove_prefix(line);
  }
  return 0;
}

// The idle measurement needs more descriptors than the usual soft limit allows.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int ListenOnLoopback(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) DieOfErrno("socket");
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    DieOfErrno("bind");
  }
  if (listen(fd, kBacklog) != 0) DieOfErrno("listen");
  return fd;
}

uint16_t PortOf(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    DieOfErrno("getsockname");
  }
  return ntohs(address.sin_port);
}

}  // namespace

// Two passes, blank line first: one pass over the lines would be a tenth cheaper when requests are
// pipelined, but then our ratios could not stand beside those taken to earlier floors.
Cut CutRequest(std::string_view bytes, Request* request) {
  const void* blank = memmem(bytes.data(), bytes.size(), kBlankLine.data(), kBlankLine.size());
  if (blank == nullptr) return bytes.size() > kMaxPartBytes ? Cut::kBad : Cut::kNeedMore;
  const size_t lines = static_cast<size_t>(static_cast<const char*>(blank) - bytes.data()) + 2;
  const size_t head_size = lines + 2;
  const size_t body_size = ContentLength(bytes.substr(0, lines));
  if (body_size > kMaxPartBytes) return Cut::kBad;
  if (bytes.size() - head_size < body_size) return Cut::kNeedMore;
  request->size = head_size + body_size;
  request->body = bytes.substr(head_size, body_size);
  return Cut::kWhole;
}

uint16_t PortArgument(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string_view(argv[i]) == "--port") return static_cast<uint16_t>(atoi(argv[i + 1]));
  }
  return 0;
}

void DieOfErrno(const char* what) {
  perror(what);
  exit(1);
}

Sockets::Sockets(const char* name, uint16_t port)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      listener_(ListenOnLoopback(port)),
      port_(PortOf(listener_)),
      ready_(kReadyBatch),
      read_buffer_(kReadBytes) {
  if (epoll_ < 0) DieOfErrno("epoll_create1");
  RaiseDescriptorLimit();
  for (size_t i = 0; i < kReplyBlock; ++i) reply_block_ += kReply;
  WatchInput(listener_);
  printf("%s listening on http://127.0.0.1:%u\n", name, unsigned{port_});
  fflush(stdout);
}

Sockets::~Sockets() {
  for (size_t fd = 0; fd < peers_.size(); ++fd) {
    if (peers_[fd].open) close(static_cast<int>(fd));
  }
  close(listener_);
  close(epoll_);
}

void Sockets::WatchInput(int fd) { SetInterest(fd, EPOLL_CTL_ADD, EPOLLIN); }

std::span<const epoll_event> Sockets::Wait() {
  const int count = epoll_wait(epoll_, ready_.data(), static_cast<int>(ready_.size()), -1);
  return {ready_.data(), static_cast<size_t>(std::max(count, 0))};
}

void Sockets::AcceptAll() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const size_t index = static_cast<size_t>(fd);
    if (index >= peers_.size()) peers_.resize(2 * index + 1);
    peers_[index].open = true;
    WatchInput(fd);
  }
}

void Sockets::Reply(int fd, uint32_t generation, size_t count) {
  Peer& peer = PeerOf(fd);
  while (count > 0 && peer.open && peer.generation == generation) {
    const size_t now = std::min(count, kReplyBlock);
    Send(fd, peer, std::string_view(reply_block_).substr(0, now * kReply.size()));
    count -= now;
  }
}

void Sockets::Flush(int fd) {
  Peer& peer = PeerOf(fd);
  const ssize_t sent = send(fd, peer.unsent.data(), peer.unsent.size(), MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN) Close(fd);
    return;
  }
  peer.unsent.erase(0, static_cast<size_t>(sent));
  if (!peer.unsent.empty()) return;
  peer.unsent.shrink_to_fit();
  SetInterest(fd, EPOLL_CTL_MOD, EPOLLIN);
}

// What there is to cut: the new bytes, behind those of a request that came in pieces.
std::string_view Sockets::ReadOnce(int fd, Peer& peer) {
  const ssize_t got = recv(fd, read_buffer_.data(), read_buffer_.size(), 0);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) Close(fd);
    return {};
  }
  const std::string_view fresh(read_buffer_.data(), static_cast<size_t>(got));
  if (peer.unread.empty()) return fresh;
  return peer.unread.append(fresh);
}

// `rest` may point into the string that it replaces.
void Sockets::Keep(Peer& peer, std::string_view rest) {
  std::string kept(rest);
  peer.unread.swap(kept);
}

void Sockets::Send(int fd, Peer& peer, std::string_view bytes) {
  if (peer.unsent.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return Close(fd);
    bytes.remove_prefix(static_cast<size_t>(std::max<ssize_t>(sent, 0)));
    if (bytes.empty()) return;
    SetInterest(fd, EPOLL_CTL_MOD, EPOLLOUT);
  }
  peer.unsent.append(bytes);
}

void Sockets::SetInterest(int fd, int operation, uint32_t events) {
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.fd = fd;
  if (epoll_ctl(epoll_, operation, fd, &wanted) != 0) DieOfErrno("epoll_ctl");
}

void Sockets::Close(int fd) {
  Peer& peer = PeerOf(fd);
  const uint32_t next = peer.generation + 1;
  peer = Peer{};
  peer.generation = next;
  close(fd);
}

}  // namespace mailroom::bench
