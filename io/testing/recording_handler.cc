// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/testing/recording_handler.h"

#include <algorithm>
#include <utility>

namespace mailroom::io {

size_t RecordingHandler::Count(const std::string& word) const {
  return static_cast<size_t>(std::count(log.begin(), log.end(), word));
}

std::vector<std::string> RecordingHandler::TakeLog() { return std::exchange(log, {}); }

bool RecordingHandler::OnAccept(Connection& connection) {
  log.emplace_back("accept");
  accepted.push_back(connection.id());
  return on_accept ? on_accept(connection) : true;
}

void RecordingHandler::OnRead(Connection& connection) {
  std::string line = "read";
  if (!connection.input().empty()) line += " " + std::string(connection.input());
  if (connection.peer_closed()) line += " end";
  log.push_back(std::move(line));
  if (on_read) {
    on_read(connection);
  } else {
    connection.Consume(connection.input().size());
  }
}

void RecordingHandler::OnPeerEnd(Connection& connection) {
  log.emplace_back("peer end");
  if (on_peer_end) on_peer_end(connection);
}

void RecordingHandler::OnDrained(Connection& connection) {
  log.emplace_back("drained");
  if (on_drained) on_drained(connection);
}

void RecordingHandler::OnClose(Connection& connection, const Status& why) {
  log.push_back("close " + std::string(CodeName(why.code())));
  if (on_close) on_close(connection, why);
}

void RecordingHandler::OnReset(Connection& connection) {
  log.emplace_back("reset");
  if (on_reset) on_reset(connection);
}

void RecordingHandler::OnTimer(SlotId token) {
  log.emplace_back("timer");
  if (on_timer) on_timer(token);
}

void RecordingHandler::OnTurn(TimePoint now) {
  LogStep("turn");
  if (on_turn) on_turn(now);
}

bool RecordingHandler::Settle() {
  LogStep("settle");
  return settle ? settle() : false;
}

void RecordingHandler::Publish() { LogStep("publish"); }

bool RecordingHandler::PrepareSleep() {
  LogStep("sleep");
  return prepare_sleep ? prepare_sleep() : true;
}

void RecordingHandler::EndSleep() { LogStep("awake"); }

void RecordingHandler::OnTick() {
  log.emplace_back("tick");
  if (on_tick) on_tick();
}

void RecordingHandler::OnSignal(int signal_number) {
  log.push_back("signal " + std::to_string(signal_number));
  if (on_signal) on_signal(signal_number);
}

}  // namespace mailroom::io
