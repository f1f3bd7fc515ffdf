// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"
#include "mailroom/base/thread.h"
#include "mailroom/http/engine.h"
#include "mailroom/http/http1_pool.h"
#include "mailroom/io/deadline_list.h"
#include "mailroom/io/handler.h"
#include "mailroom/io/listener.h"
#include "mailroom/io/loop.h"

// Admin: the operators' port: /livez, /readyz, /healthz, /metrics.
//
// A small loop on a thread of its own, so that it answers while the I/O actors
// are busy or stuck, and so that rendering metrics costs no call a turn. It reads
// counters and nothing else of theirs. On loopback by default; no TLS, no
// authentication: do not open it to strangers. At most kMaxPeers connections: another
// one is served, and one closes for it: one that is leaving, else an idle one, else one
// whose request is half here, else one that takes its answer, and only then one that came
// within the last second (a busy one last). Among equals, the one that was accepted or
// answered longest ago.
namespace mailroom::server {

class Admin final : public io::Handler {
 public:
  // Monitoring systems open one or two.
  static constexpr size_t kMaxPeers = 64;

  // What the pages say; called on the admin thread.
  struct Pages {
    std::function<bool()> ready;
    std::function<std::string()> metrics;
  };

  Admin(Pages pages, const Clock& clock);
  // Stops and joins.
  ~Admin() override;

  // Listens at `listen` (io/listen_address.h) and starts the thread. The address that was
  // bound.
  Result<std::string> Start(const std::string& listen,
                            unsigned unix_mode = io::Listener::kUnixMode);
  void Stop();

 private:
  struct Peer {
    explicit Peer(http::Http1Pool& pool, ConnectionId id);
    std::unique_ptr<http::Engine> engine;
    io::DeadlineList::Node deadline;
    http::StreamId stream{};
    std::string method;
    std::string path;
    bool unanswered = false;  // has sent a head, and no answer is queued
    bool leaving = false;     // closes when what is queued is written
    TimePoint accepted;
  };

  bool OnAccept(io::Connection& connection) override;
  void OnRead(io::Connection& connection) override;
  void OnPeerEnd(io::Connection&) override {}
  void OnDrained(io::Connection&) override {}
  void OnClose(io::Connection& connection, const Status&) override;
  void OnReset(io::Connection&) override {}
  void OnTimer(SlotId) override {}
  void OnTurn(TimePoint now) override;
  TimePoint NextDeadline() override { return deadlines_.Next(); }
  bool Settle() override { return false; }
  void Publish() override {}
  bool PrepareSleep() override { return true; }
  void EndSleep() override {}
  void OnTick() override {}
  void OnSignal(int) override {}

  // Lower ranks are closed first.
  enum class EvictionRank : uint8_t { kLeaving, kIdle, kAsking, kTaking, kNew, kNewAndBusy };

  EvictionRank RankOf(const io::Connection& connection, const Peer& peer) const;
  void MakeRoom(ConnectionId newcomer);
  void OnHead(io::Connection& connection, Peer& peer, const http::Head& head);
  void Answer(io::Connection& connection, Peer& peer, int status, std::string body,
              std::string_view type);
  void AnswerPage(io::Connection& connection, Peer& peer);

  const Pages pages_;
  http::Http1Pool http1_;
  io::DeadlineList deadlines_;
  std::vector<std::unique_ptr<Peer>> peers_;
  io::Loop loop_;
  Thread thread_;
};

}  // namespace mailroom::server
