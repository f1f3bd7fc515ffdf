// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "mailroom/base/clock.h"
#include "mailroom/base/home.h"
#include "mailroom/base/metadata.h"
#include "mailroom/base/status.h"
#include "mailroom/base/task.h"
#include "mailroom/rpc/method.h"

// Channel: the seam under the generated clients. In-process now (services/),
// over HTTP and NATS later, with the same call shape: a task that is awaited at
// the caller's home and resumed there by a completion.
//
//     EchoServiceClient echo(channel);
//     Result<EchoResponse> reply = co_await echo.Echo(request);
//
// Outside of any actor: base/run_blocking.h.
namespace mailroom::rpc {

// What a caller says about a call, and what comes back beside the message.
//
// Lives until the call has ended. One call at a time may use it, and another one
// after that: `timeout` and `metadata` stay as they are, each call begins by emptying
// `headers` and `trailers`.
struct CallOptions {
  CallOptions() = default;
  // From the start of the call. A call that has not been answered by then ends as
  // deadline_exceeded. A server answers at that moment; a caller in the same process
  // hears it when the handler has ended.
  std::optional<Duration> timeout;
  Metadata metadata;  // sent with the request
  Metadata headers;   // of the answer, leading; also with an error
  Metadata trailers;  // of the answer, trailing; also with an error
};

// Outlives the calls that it started. Each subclass says which thread may use it.
class Channel {
 public:
  // Starts a unary call and returns at once. OK: exactly one completion for
  // `slot` is posted to `home`, its parcel is for Finish. An error: nothing was
  // started. `request` and `options` are not needed any more when this returns.
  virtual Status Start(const MethodSpec& method, const google::protobuf::Message& request,
                       const CallOptions& options, Home& home, SlotId slot) = 0;
  // The caller's home. Opens what came home: the reply into *reply when OK, headers and
  // trailers into *options, which has none.
  virtual Status Finish(ParcelPtr parcel, CallOptions* options,
                        google::protobuf::Message* reply) = 0;

 protected:
  ~Channel() = default;
};

// One call in flight: starts when awaited. resource_exhausted when the home has as many
// suspended coroutines as it may. Destroying it forgets the call: its answer is stale.
class [[nodiscard]] CallAwaiter final {
 public:
  CallAwaiter(Channel& channel, const MethodSpec& method, const google::protobuf::Message& request,
              CallOptions& options, google::protobuf::Message* reply)
      : channel_(channel), method_(method), request_(request), options_(options), reply_(reply) {}
  ~CallAwaiter() {
    if (scope_ != nullptr) scope_->Forget(suspension_);
  }
  CallAwaiter(const CallAwaiter&) = delete;
  CallAwaiter& operator=(const CallAwaiter&) = delete;

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return Park(handle, *handle.promise().scope());
  }
  Status await_resume();

 private:
  bool Park(std::coroutine_handle<> handle, TaskScope& scope);

  Channel& channel_;
  const MethodSpec& method_;
  const google::protobuf::Message& request_;
  CallOptions& options_;
  google::protobuf::Message* const reply_;
  TaskScope* scope_ = nullptr;
  SlotId suspension_;
  ParcelPtr parcel_;
  Status refused_;
};

// What the generated stubs call. `request` and `options` live until the task has ended.
template <class Reply, class Request>
Task<Result<Reply>> UnaryCall(Channel& channel, const MethodSpec& method, const Request& request,
                              CallOptions& options) {
  Reply reply;
  CallAwaiter call(channel, method, request, options, &reply);
  Status status = co_await call;
  if (!status.ok()) co_return std::move(status);
  co_return std::move(reply);
}

// The same without options.
template <class Reply, class Request>
Task<Result<Reply>> UnaryCall(Channel& channel, const MethodSpec& method, const Request& request) {
  CallOptions options;
  Reply reply;
  CallAwaiter call(channel, method, request, options, &reply);
  Status status = co_await call;
  if (!status.ok()) co_return std::move(status);
  co_return std::move(reply);
}

}  // namespace mailroom::rpc
