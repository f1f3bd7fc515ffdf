// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

// Wake: a nudge for a loop, from any thread, that may outlive the loop.
//
//     io::Wake wake;
//     loop.AddWake(wake, [&] { Drain(); return io::Wake::Next::kRearm; });
//     std::thread([wake]() mutable { wake.Notify(); });
//
// Notifications coalesce: however many come before the loop looks, the callback
// runs once. Do not count them. It is not a queue: what there is to do must be
// published before Notify() and found by the callback.
// The I/O actor needs no Wake: Loop::Wake() makes the loop turn, and step 5 looks at the
// mailbox. A Wake is for other threads, which have one callback each.
//
// A copy is the same wake; the loop and all copies own its state together,
// which is why a notify that races with the loop's end is safe.
//
// Invariants:
//   1 A Notify() that returned before the callback began is covered by it or by
//     a later one: `pending` is cleared before the callback runs.
//   2 Of all notifies between two callbacks exactly one reaches the poller.
//   3 After RemoveWake(), kDisarm or the loop's end no callback runs and no
//     poller is touched.
//   4 At most one loop has it at any time.
namespace mailroom::io {

class Wake final {
 public:
  // What a callback answers: call me again, or take me off the loop.
  enum class Next : uint8_t { kRearm, kDisarm };
  // Loop thread, step 3 of the turn.
  using Callback = std::function<Next()>;

  Wake();

  // Any thread, at any time, also before AddWake (it is not lost) and after the
  // loop is gone (it is nothing). Never waits for the callback.
  void Notify() noexcept;

 private:
  friend class WakeList;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace mailroom::io
