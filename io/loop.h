// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "mailroom/base/clock.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/status.h"
#include "mailroom/base/thread_annotations.h"
#include "mailroom/base/thread_role.h"
#include "mailroom/base/timer_heap.h"
#include "mailroom/io/address.h"
#include "mailroom/io/connection.h"
#include "mailroom/io/counters.h"
#include "mailroom/io/handler.h"
#include "mailroom/io/listener.h"
#include "mailroom/io/poller.h"
#include "mailroom/io/wake.h"

// Loop: readiness, time and byte connections on one thread.
//
// One turn, numbered here, in loop.cc and in docs/architecture.md alike:
//   1 wait
//   2 set now (constant for the turn)
//   3 readiness batch
//   4 due timers
//   5 settle: run inline actors, drain the mailbox, parse what that unfroze,
//     until nothing moves or the turn's budget is spent
//   6 wake workers, once
//   7 flush each dirty connection once
//   8 sweep: release closed slots, bump generations
//   9 next timeout (0 if step 5 ran out of budget), announce sleep, look at the
//     mailbox once more
// Slots are released only in 8: an event or a pointer of the same batch can
// therefore never meet a recycled slot.
//
// The loop owns its poller, listeners and connections. It calls up only through
// its Handler. Loop thread only, except Wake() and Stop().
namespace mailroom::io {

class ConnectionSet;
class ListenerSet;
class Signals;
class WakeList;

class Loop final {
 public:
  struct Options {
    uint8_t number = 0;                       // stands in every SlotId of this loop
    int events_per_wait = 256;                // the largest readiness batch
    int accepts_per_turn = 64;                // of each listener; further ones wait for a turn
    int settle_budget = 64;                   // rounds of step 5 in one turn
    Duration tick = std::chrono::seconds(5);  // OnTick's period (S28)
    // No accept for so long after descriptors ran out, unless one is freed.
    Duration accept_pause = std::chrono::milliseconds(100);
    Connection::Limits connection;
  };

  // Three run modes, one body: one turn that may wait, one that may not, and
  // turns until Stop().
  enum class Mode { kOnce, kNoWait, kUntilDone };

  // `clock` and `handler` outlive the loop.
  Loop(const Options& options, std::unique_ptr<Poller> poller, const Clock& clock,
       Handler& handler);
  // Closes everything that is still open, with OnClose, exactly once each.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Creates the kernel objects. Before anything else.
  Status Init();

  // OK when stopped, or the first error of the poller.
  Status Run(Mode mode);
  // Any thread, and from a hook: kUntilDone returns at the end of this turn. A
  // Stop() before Run(kUntilDone) lets it make one turn.
  void Stop();
  // Any thread, until the loop is destroyed. Coalesced by the poller; see
  // server/io_actor for the part that spares the system call while the loop is
  // awake.
  void Wake() noexcept;
  // Has `callback` called in step 3 after each burst of wake.Notify(). Refused
  // with already_exists while a loop, this one or another, has it (S42).
  Status AddWake(const io::Wake& wake, io::Wake::Callback callback);
  // Nothing when this loop does not have it.
  void RemoveWake(const io::Wake& wake);

  // The time of step 2.
  TimePoint now() const { return now_; }
  const Clock& clock() const { return clock_; }
  const LoopCounters& counters() const { return counters_; }

  // Registers a bound, listening socket. The loop takes the descriptor, on failure too.
  Status AddListener(Listener listener);
  // Stops accepting: closes every listener. Connections live on.
  void CloseListeners();
  // Stops or resumes accepting without giving the address up.
  void PauseAccepting(bool paused);

  // Adopts a connected stream socket as if accepted (OnAccept), and makes it
  // non-blocking. The loop takes the descriptor, on failure too.
  Status Adopt(int fd, const Address& peer);

  // Null when stale (S43).
  Connection* Find(ConnectionId id);
  // Closing and lingering ones included.
  size_t connection_count() const;
  // Every connection that is not closing, in no particular order. The callee may
  // close, not add.
  template <class F>
  void ForEachConnection(F&& f) {
    VisitConnections(
        [](void* visitor, Connection& connection) {
          (*static_cast<std::remove_reference_t<F>*>(visitor))(connection);
        },
        const_cast<void*>(static_cast<const void*>(std::addressof(f))));
  }

  // One OnTimer(token) at `when` or later, in step 4. Cancelling a timer that has fired
  // does nothing, also when its place was taken by another one since.
  TimerId StartTimer(TimePoint when, SlotId token);
  void CancelTimer(TimerId id);
  size_t timer_count() const;

  // Has these signals delivered as OnSignal. Blocks them in the calling thread: call
  // before any other thread starts. Once. invalid_argument for a number that is no
  // signal or cannot be blocked.
  Status WatchSignals(const std::vector<int>& signal_numbers);
  // After Run(): the calling thread takes signals as it did before. Those that came
  // and were not seen are dropped.
  void ForgetSignals();

  // Debug check: the caller is on the loop's thread (or no thread is in Run).
  void AssertHeld() const MAILROOM_ASSERT_CAPABILITY(role_) { role_.AssertHeld(); }

 private:
  // The steps of the turn that take more than a line.
  void SetNow() MAILROOM_REQUIRES(role_);
  void Dispatch(const Ready& ready) MAILROOM_REQUIRES(role_);
  void TakeSignals() MAILROOM_REQUIRES(role_);
  void RunDue() MAILROOM_REQUIRES(role_);
  void Settle() MAILROOM_REQUIRES(role_);
  Duration NextTimeout() MAILROOM_REQUIRES(role_);

  void VisitConnections(void (*visit)(void*, Connection&), void* visitor);
  SlotId OwnToken(SlotKind kind) const { return SlotId(kind, options_.number, 0, 1); }

  // Constant after construction.
  const Options options_;
  const Clock& clock_;
  Handler& handler_;
  const std::unique_ptr<Poller> poller_;

  std::atomic<bool> stopping_{false};

  // The loop thread's.
  ThreadRole role_;
  LoopCounters counters_;
  TimePoint now_;
  TimePoint turn_end_ MAILROOM_GUARDED_BY(role_);  // the clock in step 9, when it was read there
  TimePoint next_tick_ MAILROOM_GUARDED_BY(role_);
  bool settled_ MAILROOM_GUARDED_BY(role_) = true;     // step 5 ended before its budget did
  bool announced_ MAILROOM_GUARDED_BY(role_) = false;  // PrepareSleep was called, EndSleep was not
  std::vector<Ready> events_ MAILROOM_GUARDED_BY(role_);
  TimerHeap<SlotId> timers_ MAILROOM_GUARDED_BY(role_);
  const std::unique_ptr<WakeList> wakes_ MAILROOM_PT_GUARDED_BY(role_);
  const std::unique_ptr<ConnectionSet> connections_ MAILROOM_PT_GUARDED_BY(role_);
  const std::unique_ptr<ListenerSet> listeners_ MAILROOM_PT_GUARDED_BY(role_);
  std::unique_ptr<Signals> signals_ MAILROOM_PT_GUARDED_BY(role_);
};

}  // namespace mailroom::io
