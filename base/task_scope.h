// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>

#include "mailroom/base/home.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/slot_table.h"

// TaskScope: what a task belongs to, and the door by which it is resumed.
//
// A root task and all tasks that it awaits share one scope: the home where they
// run, the home's table of suspensions, and the owner (as a rule the slot of the
// Job) that wants to know when the root may be done. An awaitable that has to wait
// takes a suspension slot and hands its id to the code that finishes the work. That code
// posts a Completion with the id home, and the home calls Resume().
//
// An awaitable follows *try, then park*:
//   await_ready    attempts the operation; true when it is done
//   await_suspend  template <class P> bool await_suspend(coroutine_handle<P> h):
//                  id = h.promise().scope()->Suspend(h, &parcel); hand id out;
//                  false (do not suspend, report the refusal) when id is null
//   await_resume   reads what came in the parcel
//   destructor     scope->Forget(id)
// The destructor is what makes cancelling safe: destroying the task forgets its
// suspension, so the completion that comes later is stale.
//
// Owned by whoever owns the root task, and outlives it. At home only, like the
// table; what may come from any thread is home().Post().
//
// Invariants:
//   1 A suspension is in the table exactly while its coroutine is suspended on it.
//   2 A coroutine is resumed at home, by Resume() and nothing else.
//   3 The slot is released before the coroutine runs: a second completion with the
//     same id is stale, also when it is looked at while the coroutine runs.
//   4 A scope has one suspension at a time: its tasks await one after the other, and an
//     awaitable takes one slot. A home that keeps completions for later relies on it.
namespace mailroom {

class TaskScope;

// One coroutine waiting for one completion.
struct Suspension {
  std::coroutine_handle<> handle;
  ParcelPtr* result = nullptr;  // in the awaitable; null when it wants no parcel
  TaskScope* scope = nullptr;
};

class TaskScope final {
 public:
  // `home` and `suspensions` outlive the scope.
  TaskScope(Home& home, SlotTable<Suspension>& suspensions, SlotId owner)
      : home_(home), suspensions_(suspensions), owner_(owner) {}
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;

  Home& home() const { return home_; }
  SlotId owner() const { return owner_; }

  // Registers the wait of `handle` and returns the id that the completion must
  // name; the null SlotId when the table is full. The parcel that comes with the
  // completion is moved to *result, which lives as long as the suspension.
  SlotId Suspend(std::coroutine_handle<> handle, ParcelPtr* result);
  // Ends a wait without resuming. Nothing when it has ended already.
  void Forget(SlotId suspension);

 private:
  Home& home_;
  SlotTable<Suspension>& suspensions_;
  const SlotId owner_;
};

// At home. Resumes the coroutine that waits for `completion`, which runs until it
// is done or suspended again, and sets *owner to its scope's owner: look there
// whether the root task is done. False when the completion is stale: nothing ran,
// *owner is untouched, the parcel is destroyed.
[[nodiscard]] bool Resume(SlotTable<Suspension>& suspensions, Completion completion, SlotId* owner);

}  // namespace mailroom
