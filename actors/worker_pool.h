// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <vector>

#include "mailroom/actors/activity.h"
#include "mailroom/actors/parking.h"
#include "mailroom/actors/runner.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/mpsc_queue.h"
#include "mailroom/base/mutex.h"
#include "mailroom/base/thread.h"
#include "mailroom/base/timer_heap.h"

// WorkerPool: a fixed number of threads that run cells.
//
// One run queue for all; a worker takes the next cell, runs it once (at most 64
// mails), queues it again behind the others if it has more, and sleeps when the
// queue is empty. Timers sit in one heap under a mutex; the worker that parks
// with the nearest deadline keeps the time, and a worker that does not sleep
// looks at the heap between two cells.
// A blocking handler holds one worker, never the loop.
namespace mailroom::actors {

class WorkerPool final : public Runner {
 public:
  // Starts `workers` threads, at least one. `clock` outlives the pool; it is the
  // system's (threads sleep by it).
  explicit WorkerPool(int workers, const Clock& clock = Clock::System());
  // Stops.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Lets each worker finish the step it is at, and joins: waits for a handler that
  // blocks. What is still queued does not run. Idempotent; the owner's thread.
  void Stop();

  int workers() const { return static_cast<int>(threads_.size()); }
  // Any thread. What each worker is at.
  const std::deque<Activity>& activities() const { return activities_; }

  // Runner. Any thread, except the timers.
  void Schedule(Cell& cell) noexcept override;
  void Publish() noexcept override;
  TimerId StartTimer(TimePoint when, Home& home, SlotId slot) override;
  void CancelTimer(TimerId id) override;
  const Clock& clock() const override { return clock_; }
  // relaxed: seen a mail later is soon enough.
  bool stopping() const override { return stopping_.load(std::memory_order_relaxed); }

  // Any thread; a moment's truth. Workers that have nothing to do.
  size_t sleeping() const { return parking_.parked(); }

 private:
  // The sleeping workers as a home, so that the flush of a batch wakes one of them.
  class Sleepers final : public Home {
   public:
    explicit Sleepers(Parking& parking) : parking_(parking) {}
    void Post(Completion) noexcept override {}
    void Wake() noexcept override { parking_.Notify(); }

   private:
    Parking& parking_;
  };
  // What a worker tells other threads when its run of a cell ends.
  struct Batch;
  static thread_local Batch* t_batch;

  void Work(Activity& activity);
  bool TakeCell(MpscQueue::Consumer& consumer, Cell** cell);
  void RunCell(Cell& cell, Batch& batch);
  void FireDueTimers();
  // When this worker must wake for a timer; kForever when another one keeps the time.
  TimePoint OwnDeadline() const;

  const Clock& clock_;
  MpscQueue run_queue_;
  std::atomic<int64_t> queued_{0};  // cells in run_queue_
  Parking parking_;
  Sleepers sleepers_{parking_};
  std::atomic<bool> stopping_{false};
  Mutex timers_mutex_;
  RunnerTimers timers_ MAILROOM_GUARDED_BY(timers_mutex_);
  std::atomic<TimePoint::rep> next_deadline_{kForever.time_since_epoch().count()};
  std::deque<Activity> activities_;
  std::vector<Thread> threads_;
};

}  // namespace mailroom::actors
