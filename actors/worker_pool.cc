// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/worker_pool.h"

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "mailroom/actors/cell.h"
#include "mailroom/base/check.h"
#include "mailroom/base/post_batch.h"

namespace mailroom::actors {
namespace {

TimePoint FromCount(TimePoint::rep count) { return TimePoint(Duration(count)); }

}  // namespace

struct WorkerPool::Batch {
  explicit Batch(const WorkerPool* of) : pool(of) {}

  const WorkerPool* pool;
  PostBatch posts;           // homes to wake, and other workers
  bool timer_moved = false;  // the nearest deadline came nearer
};

thread_local WorkerPool::Batch* WorkerPool::t_batch = nullptr;

WorkerPool::WorkerPool(int workers, const Clock& clock) : clock_(clock) {
  MAILROOM_CHECK(workers > 0);
  threads_.reserve(static_cast<size_t>(workers));
  for (int i = 0; i < workers; ++i) {
    const std::string name = "worker-" + std::to_string(i);
    Activity& activity = activities_.emplace_back(Activity::Kind::kWorker, name);
    threads_.emplace_back(name, [this, &activity] { Work(activity); });
  }
}

WorkerPool::~WorkerPool() { Stop(); }

void WorkerPool::Stop() {
  stopping_.store(true);
  parking_.NotifyAll();
  for (Thread& thread : threads_) thread.Join();
}

void WorkerPool::Schedule(Cell& cell) noexcept {
  run_queue_.Push(QueueItem{0, &cell});
  // relaxed: a count of what the queue holds; Publish orders it with sleepers.
  queued_.fetch_add(1, std::memory_order_relaxed);
}

void WorkerPool::Publish() noexcept {
  // A worker wakes the others with its next flush.
  PostBatch* const posts = PostBatch::Current();
  if (posts == nullptr || !posts->Add(sleepers_)) parking_.Notify();
}

void WorkerPool::Work(Activity& activity) {
  const WatchedHere watched(activity);
  MpscQueue::Consumer consumer = run_queue_.MakeConsumer();
  Parking::Spot& spot = parking_.MakeSpot();
  Batch batch(this);
  t_batch = &batch;
  Cell* cell = nullptr;
  while (!stopping_.load()) {
    FireDueTimers();
    const uint64_t ticket = parking_.Ticket();
    if (TakeCell(consumer, &cell)) {
      RunCell(*cell, batch);
    } else if (queued_.load(std::memory_order_relaxed) > 0) {
      // A pop beside other consumers may miss a cell that is there: moodycamel
      // raises its count first and repairs it later. relaxed: a hint to look again.
      std::this_thread::yield();
    } else if (!stopping_.load()) {
      parking_.Park(spot, ticket, OwnDeadline());
    }
  }
  t_batch = nullptr;
}

bool WorkerPool::TakeCell(MpscQueue::Consumer& consumer, Cell** cell) {
  QueueItem item;
  if (!run_queue_.TryPop(consumer, &item)) return false;
  *cell = static_cast<Cell*>(item.pointer);
  // One Publish may stand for several cells: wakes travel on from worker to worker.
  const int64_t before = queued_.fetch_sub(1, std::memory_order_relaxed);
  if (before > 1 && parking_.anyone_parked()) parking_.Notify();
  return true;
}

void WorkerPool::RunCell(Cell& cell, Batch& batch) {
  const bool again = cell.Run();
  if (again) {
    run_queue_.Push(QueueItem{0, &cell});
    queued_.fetch_add(1, std::memory_order_relaxed);
  }
  batch.posts.Flush();
  // This worker goes on; if it has no reason to park soon, another keeps the time.
  if (std::exchange(batch.timer_moved, false) && again) {
    parking_.NotifyTimekeeper(FromCount(next_deadline_.load()));
  }
}

TimePoint WorkerPool::OwnDeadline() const {
  const TimePoint next = FromCount(next_deadline_.load());
  return next < parking_.kept_deadline() ? next : kForever;
}

TimerId WorkerPool::StartTimer(TimePoint when, Home& home, SlotId slot) {
  TimerId id;
  bool nearest = false;
  {
    MutexLock lock(timers_mutex_);
    nearest = when < timers_.NextDeadline();
    id = timers_.Add(when, RunnerTimer{&home, slot});
    if (nearest) next_deadline_.store(when.time_since_epoch().count());
  }
  if (!nearest) return id;
  if (t_batch != nullptr && t_batch->pool == this) {
    t_batch->timer_moved = true;
  } else {
    parking_.NotifyTimekeeper(when);
  }
  return id;
}

void WorkerPool::CancelTimer(TimerId id) {
  MutexLock lock(timers_mutex_);
  timers_.Cancel(id);
  next_deadline_.store(timers_.NextDeadline().time_since_epoch().count());
}

void WorkerPool::FireDueTimers() {
  const TimePoint next = FromCount(next_deadline_.load());
  if (next == kForever) return;
  const TimePoint now = clock_.Now();
  if (!Expired(now, next)) return;
  for (;;) {
    std::optional<RunnerTimer> due;
    {
      // No lock is held while calling out.
      MutexLock lock(timers_mutex_);
      due = timers_.PopDue(now);
      next_deadline_.store(timers_.NextDeadline().time_since_epoch().count());
    }
    if (!due) break;
    due->home->Post(Completion{due->slot, nullptr});
  }
  // The woken worker runs the cells that this has queued; if there are none left it keeps
  // the time while this worker is busy.
  parking_.Notify();
}

}  // namespace mailroom::actors
