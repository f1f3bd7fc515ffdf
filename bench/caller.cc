// SPDX-License-Identifier: Apache-2.0
//
// Calls a server as fast as it answers, with heads that all differ where the template has marks
// (bench/template.h). wrk could do that by a Lua script, which costs it more than the server pays.
//
//   caller --port N --connections N --depth N --seconds N --request HEX
//
// Each connection writes `depth` requests at once and waits for all their answers. One thread, one
// epoll set. Prints one MEASURED line, as greet.lua does; an answer that is not 200 is an error.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "mailroom/bench/floor.h"
#include "mailroom/bench/template.h"

namespace {

using mailroom::bench::Cut;
using mailroom::bench::CutRequest;
using mailroom::bench::DieOfErrno;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kGood = "HTTP/1.1 200 ";
constexpr size_t kReadBytes = 65536;
constexpr size_t kReadyBatch = 1024;
constexpr size_t kLongestUs = 1'000'000;  // what takes longer counts as this

struct Options {
  uint16_t port = 0;
  size_t connections = 1;
  size_t depth = 1;
  std::chrono::seconds duration{1};
  std::string request;
};

class Caller final {
 public:
  explicit Caller(const Options& options)
      : depth_(options.depth),
        duration_(options.duration),
        template_(options.request),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        read_buffer_(kReadBytes),
        latencies_(kLongestUs + 1) {
    if (epoll_ < 0) DieOfErrno("epoll_create1");
    for (size_t i = 0; i < options.connections; ++i) Connect(options.port);
  }

  void Run() {
    const Clock::time_point begin = Clock::now();
    now_ = begin;
    for (Peer& peer : peers_) SendBlock(peer);
    std::array<epoll_event, kReadyBatch> ready;
    while (now_ - begin < duration_) {
      const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
      now_ = Clock::now();
      for (int i = 0; i < count; ++i) Read(peers_[ready[static_cast<size_t>(i)].data.u64]);
    }
    Print(std::chrono::duration_cast<std::chrono::microseconds>(now_ - begin).count());
  }

 private:
  struct Peer {
    int fd = -1;
    size_t awaited = 0;  // answers
    std::string unread;  // the front of an answer cut in two
    Clock::time_point sent_at;
  };

  void Connect(uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) DieOfErrno("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      DieOfErrno("connect");
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.u64 = peers_.size();
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &wanted) != 0) DieOfErrno("epoll_ctl");
    peers_.emplace_back().fd = fd;
  }

  void SendBlock(Peer& peer) {
    block_.clear();
    for (size_t i = 0; i < depth_; ++i) template_.AppendTo(block_);
    // The socket blocks: a server that takes nothing stops the measurement, as it should.
    const ssize_t sent = send(peer.fd, block_.data(), block_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(block_.size())) DieOfErrno("send");
    peer.awaited = depth_;
    peer.sent_at = now_;
  }

  void Read(Peer& peer) {
    const ssize_t got = recv(peer.fd, read_buffer_.data(), read_buffer_.size(), 0);
    if (got <= 0) DieOfErrno("the server closed a connection: recv");
    std::string_view bytes(read_buffer_.data(), static_cast<size_t>(got));
    if (!peer.unread.empty()) bytes = peer.unread.append(bytes);
    bytes = CountAnswers(peer, bytes);
    std::string rest(bytes);
    peer.unread.swap(rest);
    if (peer.awaited > 0) return;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now_ - peer.sent_at);
    ++latencies_[std::min(static_cast<size_t>(took.count()), kLongestUs)];
    SendBlock(peer);
  }

  // What is left is the front of an answer. An answer has the form of a request: CutRequest looks
  // at its blank line and its Content-Length alone.
  std::string_view CountAnswers(Peer& peer, std::string_view bytes) {
    mailroom::bench::Request answer;
    while (!bytes.empty() && peer.awaited > 0 && CutRequest(bytes, &answer) == Cut::kWhole) {
      if (!bytes.starts_with(kGood)) ++errors_;
      bytes.remove_prefix(answer.size);
      --peer.awaited;
      ++answers_;
    }
    return bytes;
  }

  // Of blocks, in microseconds.
  size_t Percentile(uint64_t percent) const {
    uint64_t blocks = 0;
    for (const uint64_t count : latencies_) blocks += count;
    uint64_t below = 0;
    for (size_t us = 0; us < latencies_.size(); ++us) {
      below += latencies_[us];
      if (below * 100 >= blocks * percent) return us;
    }
    return kLongestUs;
  }

  void Print(int64_t duration_us) const {
    printf("MEASURED requests=%llu duration_us=%lld p50_us=%zu p99_us=%zu errors=%llu\n",
           static_cast<unsigned long long>(answers_), static_cast<long long>(duration_us),
           Percentile(50), Percentile(99), static_cast<unsigned long long>(errors_));
  }

  const size_t depth_;
  const std::chrono::seconds duration_;
  mailroom::bench::Template template_;
  const int epoll_;
  std::vector<char> read_buffer_;
  std::vector<Peer> peers_;
  std::string block_;
  Clock::time_point now_;
  std::vector<uint64_t> latencies_;  // blocks by their microseconds
  uint64_t answers_ = 0;
  uint64_t errors_ = 0;
};

// False for a flag that is none or a value that is none.
bool Set(Options& options, std::string_view flag, const char* value) {
  if (flag == "--request") {
    options.request = mailroom::bench::FromHex(value);
    return !options.request.empty();
  }
  const int number = atoi(value);
  if (number < 1) return false;
  if (flag == "--port")
    options.port = static_cast<uint16_t>(number);
  else if (flag == "--connections")
    options.connections = static_cast<size_t>(number);
  else if (flag == "--depth")
    options.depth = static_cast<size_t>(number);
  else if (flag == "--seconds")
    options.duration = std::chrono::seconds(number);
  else
    return false;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  bool known = argc % 2 == 1;
  for (int i = 1; known && i + 1 < argc; i += 2) known = Set(options, argv[i], argv[i + 1]);
  if (!known || options.port == 0 || options.request.empty()) {
    fputs("usage: caller --port N --connections N --depth N --seconds N --request HEX\n", stderr);
    return 2;
  }
  Caller(options).Run();
  return 0;
}
