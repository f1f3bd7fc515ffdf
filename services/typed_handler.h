// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "mailroom/actors/call.h"
#include "mailroom/base/status.h"
#include "mailroom/base/task.h"
#include "mailroom/rpc/method.h"
#include "mailroom/services/service_actor.h"

// The types of a handler, erased. Used by generated code only.
//
// A handler is `Result<Rep> M(const Req&, Call&)` or
// `Task<Result<Rep>> M(const Req&, Call&)`; each method of a service chooses.
namespace mailroom {

// The names that users write.
using actors::Call;

namespace services {

// True for what a handler may return.
template <class R, class Rep>
concept HandlerResult =
    std::same_as<R, Result<Rep>> || std::same_as<R, Task<Result<Rep>>>;

// Generated code asks it with a lambda that calls the method, so that a missing
// method, a wrong parameter and a wrong result are told apart by static_assert.
template <class Invoke, class Self, class Req>
concept Callable = std::invocable<Invoke, Self&, const Req&, Call&>;

template <class Self, class Req, class Rep, class Invoke>
struct TypedHandler {
  using Returned = std::invoke_result_t<Invoke, Self&, const Req&, Call&>;

  static void Start(ServiceActor& actor, ServiceJob& job) {
    Self& self = static_cast<Self&>(actor);
    const Req& request = static_cast<const Req&>(*job.request());
    if constexpr (std::same_as<Returned, Result<Rep>>) {
      Answer(actor, job, Invoke()(self, request, job.call()));
    } else {
      job.StartTask(Invoke()(self, request, job.call()));
    }
  }

  static void Finish(ServiceActor& actor, ServiceJob& job) {
    if constexpr (!std::same_as<Returned, Result<Rep>>) {
      Answer(actor, job, job.task<Result<Rep>>().TakeResult());
    }
  }

  static constexpr MethodHandler kHandler{&Start, &Finish};

 private:
  static void Answer(ServiceActor& actor, ServiceJob& job, Result<Rep> result) {
    if (result.ok()) {
      actor.Complete(job, *result);
    } else {
      actor.CompleteError(job, std::move(result).status());
    }
  }
};

}  // namespace services
}  // namespace mailroom
