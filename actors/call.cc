// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/call.h"

namespace mailroom::actors {

SleepAwaiter::~SleepAwaiter() {
  if (scope_ == nullptr) return;
  // Nothing to cancel after a resumption; both know stale ids.
  if (until_ == Until::kTime) runner_.CancelTimer(timer_);
  scope_->Forget(suspension_);
}

bool SleepAwaiter::Park(std::coroutine_handle<> handle, TaskScope& scope) {
  suspension_ = scope.Suspend(handle, nullptr);
  if (!suspension_) return false;  // the table is full: go on without sleeping
  scope_ = &scope;
  if (until_ == Until::kTime) {
    timer_ = runner_.StartTimer(when_, scope.home(), suspension_);
  } else {
    scope.home().Post(Completion{suspension_, nullptr});
  }
  return true;
}

}  // namespace mailroom::actors
