// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>

#include "mailroom/base/home.h"

// AcceptGate: how many connections all loops have together, and which loops wait
// for room.
//
// Not a share for each loop: the kernel spreads connections unevenly, and one loop's
// clients would wait in its backlog while another has room. A loop that takes the
// last place stops accepting; those who come wait in the backlog and lose nothing.
// When a place is free again every loop that waits is woken and goes on. A loop learns
// of the others' last place when it accepts: with n loops n - 1 connections more than
// the limit may be open.
//
// One for a server, made before its loops run and outliving them. One shared word, on
// the path of connections and not of requests.
//
// Invariants:
//   1 No loop waits while there is room: whoever frees the last place looks at who
//     waits after it has counted down, and whoever begins to wait looks at the count
//     after it has said so. Both are seq_cst, so one of them sees the other.
namespace mailroom::server {

class AcceptGate final {
 public:
  // One loop's side of the gate. That loop's thread, except waiting().
  class PerLoop final {
   public:
    PerLoop(AcceptGate& gate, Home& loop) : gate_(gate), loop_(loop) {}
    PerLoop(const PerLoop&) = delete;
    PerLoop& operator=(const PerLoop&) = delete;

    // A connection was accepted. True when the loop is to stop accepting.
    [[nodiscard]] bool Enter();
    // One has gone.
    void Leave();
    // The loop stopped, and there is room again.
    bool may_go_on() const { return waiting() && !gate_.full(); }
    // True, once, when the loop is to accept again.
    [[nodiscard]] bool GoOn();
    // Any thread.
    bool waiting() const { return waiting_.load(); }

   private:
    friend class AcceptGate;
    AcceptGate& gate_;
    Home& loop_;
    std::atomic<bool> waiting_{false};
  };

  explicit AcceptGate(size_t limit) : limit_(limit) {}
  // Before any loop runs.
  PerLoop& Add(Home& loop) { return loops_.emplace_back(*this, loop); }

 private:
  bool full() const { return open_.load() >= limit_; }

  const size_t limit_;
  std::atomic<size_t> open_{0};
  std::deque<PerLoop> loops_;
};

}  // namespace mailroom::server
