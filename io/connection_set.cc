// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/connection_set.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace mailroom::io {
namespace {

// As many as one readiness batch makes dirty; each keeps at most 16 KiB.
constexpr size_t kSpareOutputs = 256;

// Entries for lingering connections that may stand beyond twice those that are open.
constexpr size_t kFewLingering = 64;

// Calls body(id) for all that is marked and unmarks it; what is marked meanwhile
// waits for the next walk.
template <class Body>
void Walk(std::vector<ConnectionId>& marked, Body body) {
  const size_t count = marked.size();
  for (size_t i = 0; i < count; ++i) body(ConnectionId(marked[i]));
  marked.erase(marked.begin(), marked.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

ConnectionSet::ConnectionSet(const Environment& environment, const Connection::Limits& limits)
    : poller_(environment.poller),
      handler_(environment.handler),
      counters_(environment.counters),
      role_(environment.role),
      limits_(limits),
      table_(SlotKind::kConnection, environment.loop_number),
      read_buffer_(std::make_unique_for_overwrite<char[]>(limits.read_size)) {}

ConnectionSet::~ConnectionSet() = default;

Status ConnectionSet::Add(Socket socket, const Address& peer) {
  const int fd = socket.fd();
  if (limits_.send_buffer > 0) {
    // A hint (S33): a socket that refuses it still works.
    static_cast<void>(socket.SetSendBuffer(limits_.send_buffer));
  }
  const ConnectionId id = table_.Insert(*this, std::move(socket), peer);
  Connection* connection = table_.Find(id);
  if (connection == nullptr) {
    ++counters_.shed;
    return Status::Static(Code::kResourceExhausted, "no slot left for a connection");
  }
  ++counters_.accepted;
  connection->id_ = id;
  connection->armed_ = {.readable = true, .writable = false};
  const Status registered = poller_.Add(fd, id, connection->armed_);
  if (!registered.ok()) connection->Close(registered);
  if (!handler_.OnAccept(*connection)) connection->Close();
  return registered;
}

void ConnectionSet::OnReady(const Ready& ready) {
  Connection* connection = table_.Find(ready.token);
  if (connection == nullptr || connection->closing_) {
    // Closed by an earlier event of this batch, or by the turn before.
    ++counters_.stale_events;
    return;
  }
  connection->OnReady(ready);
}

bool ConnectionSet::OfferInput() {
  bool called = false;
  Walk(offered_, [&](ConnectionId id) {
    Connection* connection = table_.Find(id);
    if (connection == nullptr) return;
    connection->offered_ = false;
    if (!connection->MayOffer()) return;
    connection->Offer(BytesView());
    called = true;
  });
  return called;
}

void ConnectionSet::Flush(TimePoint now) {
  now_ = now;
  late_hooks_ = false;
  Walk(dirty_, [&](ConnectionId id) {
    Connection* connection = table_.Find(id);
    if (connection == nullptr) return;
    connection->dirty_ = false;
    connection->FinishTurn();
  });
}

bool ConnectionSet::Sweep() {
  if (closing_.empty()) return false;
  // What its OnClose closes waits for the next turn: it may be dirty.
  Walk(closing_, [&](ConnectionId id) {
    Connection* connection = table_.Find(id);
    handler_.OnClose(*connection, connection->why_);
    late_hooks_ = true;
    poller_.Remove(connection->socket_.fd());
    connection->ReleaseOutput();
    table_.Erase(id);
    ++counters_.closed;
  });
  return true;
}

bool ConnectionSet::HasWork() const {
  return late_hooks_ || !dirty_.empty() || !offered_.empty() || !closing_.empty();
}

void ConnectionSet::EndLingering(TimePoint now) {
  while (!lingering_.empty() && Expired(now, lingering_.front().deadline)) {
    Connection* connection = table_.Find(lingering_.front().id);
    lingering_.pop_front();
    if (connection == nullptr || connection->closing()) continue;
    ++counters_.linger_cuts;
    connection->Close();
  }
}

TimePoint ConnectionSet::NextDeadline() const {
  return lingering_.empty() ? kForever : lingering_.front().deadline;
}

void ConnectionSet::CloseAll(const Status& why, TimePoint now) {
  while (!table_.empty()) {
    ForEach([&](Connection& connection) { connection.Close(why); });
    Flush(now);
    Sweep();
  }
}

void ConnectionSet::MarkDirty(Connection& connection) {
  if (!std::exchange(connection.dirty_, true)) dirty_.push_back(connection.id_);
}

void ConnectionSet::MarkOffered(Connection& connection) {
  if (!std::exchange(connection.offered_, true)) offered_.push_back(connection.id_);
}

void ConnectionSet::MarkClosing(Connection& connection) { closing_.push_back(connection.id_); }

void ConnectionSet::MarkLingering(Connection& connection) {
  // Those that closed before their time still stand in it.
  if (lingering_.size() > 2 * table_.size() + kFewLingering) {
    std::erase_if(lingering_, [this](const Lingering& entry) { return !table_.Find(entry.id); });
  }
  lingering_.push_back({DeadlineIn(now_, limits_.linger), connection.id_});
}

std::unique_ptr<OutputQueue> ConnectionSet::TakeOutput() {
  if (spare_outputs_.empty()) return std::make_unique<OutputQueue>();
  std::unique_ptr<OutputQueue> output = std::move(spare_outputs_.back());
  spare_outputs_.pop_back();
  return output;
}

void ConnectionSet::GiveOutput(std::unique_ptr<OutputQueue> output) {
  if (spare_outputs_.size() == kSpareOutputs) return;
  output->Clear();
  spare_outputs_.push_back(std::move(output));
}

void ConnectionSet::BeginReading(const Connection& connection, BytesView fresh) {
  reading_ = &connection;
  fresh_ = fresh;
}

BytesView ConnectionSet::EndReading() {
  reading_ = nullptr;
  return std::exchange(fresh_, BytesView());
}

OutputQueue& ConnectionSet::Discard() {
  discarded_.Clear();
  return discarded_;
}

}  // namespace mailroom::io
