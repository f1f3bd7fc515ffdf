// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/channel.h"

namespace mailroom::rpc {

bool CallAwaiter::Park(std::coroutine_handle<> handle, TaskScope& scope) {
  options_.headers.Clear();
  options_.trailers.Clear();
  suspension_ = scope.Suspend(handle, &parcel_);
  if (!suspension_) {
    refused_ = Status::Static(Code::kResourceExhausted, "too many suspended calls");
    return false;
  }
  scope_ = &scope;
  refused_ = channel_.Start(method_, request_, options_, scope.home(), suspension_);
  if (refused_.ok()) return true;
  scope.Forget(suspension_);
  return false;
}

Status CallAwaiter::await_resume() {
  if (!refused_.ok()) return std::move(refused_);
  return channel_.Finish(std::move(parcel_), &options_, reply_);
}

}  // namespace mailroom::rpc
