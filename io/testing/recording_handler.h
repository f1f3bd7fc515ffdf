// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mailroom/base/clock.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/status.h"
#include "mailroom/io/connection.h"
#include "mailroom/io/handler.h"

// RecordingHandler: a Handler that writes down what a loop calls, in order.
//
// `log` gets one word per hook, with what matters: "accept", "read hello",
// "read hello end", "peer end", "drained", "reset", "close ok", "close unavailable",
// "timer", "tick", "signal 15", "publish" (if asked for). Each hook then runs
// the function of its name, when set; OnRead without one consumes everything.
// One thread at a time.
namespace mailroom::io {

class RecordingHandler : public Handler {
 public:
  std::vector<std::string> log;
  std::vector<ConnectionId> accepted;
  bool log_steps = false;  // also "turn", "settle", "publish", "sleep", "awake"
  TimePoint next_deadline = kForever;

  std::function<bool(Connection&)> on_accept;
  std::function<void(Connection&)> on_read;
  std::function<void(Connection&)> on_peer_end;
  std::function<void(Connection&)> on_drained;
  std::function<void(Connection&, const Status&)> on_close;
  std::function<void(Connection&)> on_reset;
  std::function<void(SlotId)> on_timer;
  std::function<void(TimePoint)> on_turn;
  std::function<bool()> settle;
  std::function<bool()> prepare_sleep;
  std::function<void()> on_tick;
  std::function<void(int)> on_signal;

  // How often `word` stands in the log.
  size_t Count(const std::string& word) const;
  // The log so far; it starts anew.
  std::vector<std::string> TakeLog();

  bool OnAccept(Connection& connection) override;
  void OnRead(Connection& connection) override;
  void OnPeerEnd(Connection& connection) override;
  void OnDrained(Connection& connection) override;
  void OnClose(Connection& connection, const Status& why) override;
  void OnReset(Connection& connection) override;
  void OnTimer(SlotId token) override;
  void OnTurn(TimePoint now) override;
  TimePoint NextDeadline() override { return next_deadline; }
  bool Settle() override;
  void Publish() override;
  bool PrepareSleep() override;
  void EndSleep() override;
  void OnTick() override;
  void OnSignal(int signal_number) override;

 private:
  void LogStep(const char* word) {
    if (log_steps) log.emplace_back(word);
  }
};

}  // namespace mailroom::io
