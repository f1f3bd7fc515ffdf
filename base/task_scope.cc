// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/task_scope.h"

#include <utility>

namespace mailroom {

SlotId TaskScope::Suspend(std::coroutine_handle<> handle, ParcelPtr* result) {
  return suspensions_.Insert(Suspension{handle, result, this});
}

void TaskScope::Forget(SlotId suspension) { static_cast<void>(suspensions_.Erase(suspension)); }

bool Resume(SlotTable<Suspension>& suspensions, Completion completion, SlotId* owner) {
  const Suspension* const found = suspensions.Find(completion.slot);
  if (found == nullptr) return false;
  const Suspension waiting = *found;
  suspensions.Erase(completion.slot);  // invariant 3
  *owner = waiting.scope->owner();
  if (waiting.result != nullptr) *waiting.result = std::move(completion.parcel);
  waiting.handle.resume();
  return true;
}

}  // namespace mailroom
