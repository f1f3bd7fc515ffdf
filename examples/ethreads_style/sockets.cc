// SPDX-License-Identifier: Apache-2.0
#include "mailroom/examples/ethreads_style/sockets.h"

#include <utility>

namespace mailroom::ethreads_style {
namespace {

io::Loop::Options Options() {
  io::Loop::Options options;
  // S33: a slow client is felt early, and holds little of what it may never take.
  options.connection.send_buffer = 12 * 1024;
  options.connection.high_water = 16 * 1024;
  options.connection.low_water = 4 * 1024;
  // What a client still sends when we close is not waited for.
  options.connection.linger = Duration::zero();
  return options;
}

}  // namespace

Sockets::Suspend::~Suspend() {
  if (scope_ == nullptr) return;
  scope_->Forget(suspension_);
  sockets_.loop_.CancelTimer(timer_);
}

void Sockets::Suspend::Parked() {
  if (where_ != nullptr) *where_ = suspension_;
  if (until_ != kForever) timer_ = sockets_.loop_.StartTimer(until_, suspension_);
}

Sockets::Client::Client(Sockets& sockets, ConnectionId id)
    : scope(sockets, sockets.suspensions_, id), idle(id) {}

// Each client waits in one place at most, and so does the accept loop.
Sockets::Sockets(std::unique_ptr<io::Poller> poller, const Clock& clock)
    : suspensions_(SlotKind::kSuspension, 0, kMaxClients + 1),
      scope_(*this, suspensions_, SlotId()),
      idle_(kIdle),
      loop_(Options(), std::move(poller), clock, *this) {}

// Coroutines first: what they wait in is still there.
Sockets::~Sockets() {
  accept_loop_ = Task<>();
  clients_.clear();
}

Status Sockets::Start(Task<> accept_loop) {
  MAILROOM_RETURN_IF_ERROR(loop_.Init());
  accept_loop_ = std::move(accept_loop);
  accept_loop_.Start(scope_);
  return Status();
}

Task<ConnectionId> Sockets::Accept() {
  while (newcomers_.empty()) co_await Suspend(*this, &accepting_, kForever);
  const ConnectionId id = newcomers_.front();
  newcomers_.pop_front();
  co_return id;
}

Sockets::Suspend Sockets::Event(ConnectionId id) {
  Client& client = *ClientOf(id);
  if (!client.idle.linked()) idle_.Touch(client.idle, loop_.now());
  return Suspend(*this, &client.waiting, kForever);
}

void Sockets::Progress(ConnectionId id) { io::DeadlineList::Remove(ClientOf(id)->idle); }

Sockets::Suspend Sockets::Sleep(Duration time) {
  return Suspend(*this, nullptr, DeadlineIn(loop_.now(), time));
}

void Sockets::Spawn(ConnectionId id, Task<> task) {
  Client* const client = ClientOf(id);
  if (client == nullptr) return;  // gone before anybody looked
  client->task = std::move(task);
  client->task.Start(client->scope);
  CloseIfDone(id);
}

bool Sockets::OnAccept(io::Connection& connection) {
  if (connection.closing()) return true;
  if (loop_.connection_count() > kMaxClients) return false;
  const size_t index = connection.id().index();
  if (index >= clients_.size()) clients_.resize(index + 1);
  clients_[index] = std::make_unique<Client>(*this, connection.id());
  idle_.Touch(clients_[index]->idle, loop_.now());
  newcomers_.push_back(connection.id());
  Post(Completion{accepting_, nullptr});
  return true;
}

// Nothing is consumed here: the client finds the bytes where they are.
void Sockets::Rouse(const io::Connection& connection) {
  if (Client* client = ClientOf(connection.id())) Post(Completion{client->waiting, nullptr});
}

void Sockets::OnClose(io::Connection& connection, const Status&) {
  const size_t index = connection.id().index();
  if (index < clients_.size()) clients_[index].reset();
}

void Sockets::OnTurn(TimePoint now) {
  while (io::DeadlineList::Node* due = idle_.PopDue(now)) {
    if (io::Connection* connection = loop_.Find(due->owner())) connection->Close();
  }
}

// A completion whose coroutine waits no more, or for something else, is stale.
bool Sockets::Settle() {
  if (posted_.empty()) return false;
  for (Completion& completion : std::exchange(posted_, {})) {
    SlotId owner;
    if (Resume(suspensions_, std::move(completion), &owner)) CloseIfDone(owner);
  }
  return true;
}

void Sockets::CloseIfDone(ConnectionId id) {
  Client* const client = ClientOf(id);
  if (client == nullptr || !client->task.done()) return;
  idle_.Touch(client->idle, loop_.now());  // for what is still queued
  if (io::Connection* connection = loop_.Find(id)) connection->CloseAfterFlush();
}

Sockets::Client* Sockets::ClientOf(ConnectionId id) {
  if (!id || id.index() >= clients_.size()) return nullptr;
  Client* const client = clients_[id.index()].get();
  return client != nullptr && client->scope.owner() == id ? client : nullptr;
}

}  // namespace mailroom::ethreads_style
