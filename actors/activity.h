// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "mailroom/base/clock.h"

// Activity: what a loop or a worker is doing right now, and since when. The stall watch
// (server/ops/stall_watch.h) reads it.
//
// The watched thread writes plain values, with times it had read anyway; another
// thread reads them while a handler blocks. Owned by what owns the thread; outlives
// its watcher.
//
// Invariants:
//   1 A worker's step is one run of a handler, a loop's step is one turn. A suspended
//     handler is no step.
//   2 Each step has a number of its own. Between steps `since` is kForever.
namespace mailroom::actors {

class Cell;

class Activity final {
 public:
  enum class Kind : uint8_t { kLoop, kWorker };
  // The method of a step that handles no mail: a resumption, a cancel.
  static constexpr uint32_t kNoMethod = UINT32_MAX;

  Activity(Kind kind, std::string thread) : kind_(kind), thread_(std::move(thread)) {}
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

  // Any thread.
  Kind kind() const { return kind_; }
  const std::string& thread() const { return thread_; }  // "loop-0", "worker-3"

  // The calling thread's; null when nobody watches it.
  static Activity* Current() { return t_current; }
  // Names the method now running in the current cell. Does nothing on a thread that is not
  // watched.
  static void NameMethod(uint32_t method) {
    if (t_current != nullptr) Store(t_current->method_, method);
  }

  // The watched thread, all of these.
  void BeginStep(TimePoint now) {
    Store(step_, step_.load(std::memory_order_relaxed) + 1);
    Store(since_, now.time_since_epoch().count());
  }
  void EndStep() { Store(since_, kIdle); }
  // A handler of `cell` runs. On a worker that is a step.
  void Enter(const Cell& cell, uint32_t method, TimePoint now) {
    Store(method_, method);
    Store(cell_, &cell);
    if (kind_ == Kind::kWorker) BeginStep(now);
  }
  void Leave() {
    Store<const Cell*>(cell_, nullptr);
    if (kind_ == Kind::kWorker) EndStep();
  }

  struct Snapshot {
    uint64_t step;
    TimePoint since;   // kForever: between steps
    const Cell* cell;  // null: no handler
    uint32_t method;
  };
  // Any thread. Each value is read by itself: around the end of a step they may belong to
  // two steps.
  Snapshot Read() const {
    return Snapshot{step_.load(std::memory_order_relaxed),
                    TimePoint(Duration(since_.load(std::memory_order_relaxed))),
                    cell_.load(std::memory_order_relaxed), method_.load(std::memory_order_relaxed)};
  }

 private:
  friend class WatchedHere;

  static constexpr Duration::rep kIdle = kForever.time_since_epoch().count();
  // relaxed: nothing is reached through these but a cell that outlives them.
  template <class T>
  static void Store(std::atomic<T>& to, T value) {
    to.store(value, std::memory_order_relaxed);
  }

  static inline constinit thread_local Activity* t_current = nullptr;

  const Kind kind_;
  const std::string thread_;
  std::atomic<uint64_t> step_{0};
  std::atomic<Duration::rep> since_{kIdle};
  std::atomic<const Cell*> cell_{nullptr};
  std::atomic<uint32_t> method_{kNoMethod};
};

// Makes `activity` the calling thread's while it lives; then the one before is again.
class WatchedHere final {
 public:
  explicit WatchedHere(Activity& activity)
      : before_(std::exchange(Activity::t_current, &activity)) {}
  ~WatchedHere() { Activity::t_current = before_; }
  WatchedHere(const WatchedHere&) = delete;
  WatchedHere& operator=(const WatchedHere&) = delete;

 private:
  Activity* const before_;
};

}  // namespace mailroom::actors
