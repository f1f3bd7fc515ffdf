// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "mailroom/base/clock.h"
#include "mailroom/base/home.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/slot_table.h"
#include "mailroom/base/status.h"
#include "mailroom/base/task.h"
#include "mailroom/base/task_scope.h"
#include "mailroom/io/connection.h"
#include "mailroom/io/deadline_list.h"
#include "mailroom/io/handler.h"
#include "mailroom/io/loop.h"
#include "mailroom/io/poller.h"

// Sockets: a loop whose sockets are awaited.
//
// The one who accepts and each client is a coroutine that reads as if it had a thread
// to itself. Where a thread would block it suspends: until a client has come, bytes or
// room for output are there, or a time has. The loop's hooks note who may go on; step 5
// of the turn (io/loop.h) resumes them, one after the other, so none needs a lock.
//
// A client's coroutine ends with its connection: when that closes first, the coroutine
// is destroyed where it waits. Everything on the loop's thread.
namespace mailroom::ethreads_style {

class Sockets final : private io::Handler, private Home {
 public:
  // So many clients at most; more are closed as they come.
  static constexpr size_t kMaxClients = 1000;
  // How long one may keep its coroutine waiting for progress.
  static constexpr Duration kIdle = std::chrono::seconds(30);

  // Suspends whoever awaits it until a hook resumes what stands in *where, or until
  // `until`. Destroying the coroutine meanwhile forgets it.
  class [[nodiscard]] Suspend final {
   public:
    Suspend(Sockets& sockets, SlotId* where, TimePoint until)
        : sockets_(sockets), where_(where), until_(until) {}
    Suspend(Suspend&&) = delete;
    ~Suspend();

    bool await_ready() const noexcept { return false; }
    void await_resume() const noexcept {}
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> handle) {
      scope_ = handle.promise().scope();
      suspension_ = scope_->Suspend(handle, /*result=*/nullptr);
      Parked();
    }

   private:
    void Parked();

    Sockets& sockets_;
    SlotId* const where_;
    const TimePoint until_;
    TaskScope* scope_ = nullptr;
    SlotId suspension_;
    TimerId timer_;
  };

  // `clock` outlives it.
  Sockets(std::unique_ptr<io::Poller> poller, const Clock& clock);
  ~Sockets() override;

  // Creates the kernel's objects and starts `accept_loop`. Before all that follows.
  Status Start(Task<> accept_loop);
  // The loop: listeners, signals, and Run().
  io::Loop& loop() { return loop_; }

  // Suspends until somebody has connected.
  Task<ConnectionId> Accept();
  // Suspends until more has come from the client, its end included, or it has taken
  // most of its output. Look first: nobody is told of the same again. May resume for
  // nothing. A client that kIdle has passed for since its last Progress() is closed.
  Suspend Event(ConnectionId id);
  void Progress(ConnectionId id);
  Suspend Sleep(Duration time);
  // Runs `client` as the coroutine of this connection, until it first suspends. The
  // connection closes when it ends.
  void Spawn(ConnectionId id, Task<> client);
  // Null once it is gone.
  io::Connection* Find(ConnectionId id) { return loop_.Find(id); }

 private:
  struct Client {
    Client(Sockets& sockets, ConnectionId id);
    TaskScope scope;
    SlotId waiting;  // its suspension in Event
    io::DeadlineList::Node idle;
    Task<> task;
  };

  bool OnAccept(io::Connection& connection) override;
  void OnRead(io::Connection& connection) override { Rouse(connection); }
  void OnPeerEnd(io::Connection&) override {}
  void OnDrained(io::Connection& connection) override { Rouse(connection); }
  void OnClose(io::Connection& connection, const Status&) override;
  void OnReset(io::Connection&) override {}
  void OnTimer(SlotId token) override { Post(Completion{token, nullptr}); }
  void OnTurn(TimePoint now) override;
  TimePoint NextDeadline() override { return idle_.Next(); }
  bool Settle() override;
  void Publish() override {}
  bool PrepareSleep() override { return posted_.empty(); }
  void EndSleep() override {}
  void OnTick() override {}
  void OnSignal(int) override { loop_.Stop(); }

  // Only hooks of this loop post here; what they post is resumed in step 5.
  void Post(Completion completion) noexcept override { posted_.push_back(std::move(completion)); }
  void Rouse(const io::Connection& connection);
  void CloseIfDone(ConnectionId id);
  Client* ClientOf(ConnectionId id);

  std::vector<Completion> posted_;
  SlotTable<Suspension> suspensions_;
  TaskScope scope_;  // of the accept loop
  SlotId accepting_;
  std::deque<ConnectionId> newcomers_;
  io::DeadlineList idle_;
  std::vector<std::unique_ptr<Client>> clients_;  // by the index of the connection's id
  io::Loop loop_;
  Task<> accept_loop_;
};

}  // namespace mailroom::ethreads_style
