// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include "mailroom/actors/call.h"
#include "mailroom/base/status.h"
#include "mailroom/base/task.h"
#include "mailroom/services/service_actor.h"
#include "mailroom/services/service_job.h"

// The types of a handler, checked and then erased. Used by generated code only.
//
// A handler is `Result<Rep> M(const Req&, Call&)` or
// `Task<Result<Rep>> M(const Req&, Call&)`; each method of a service chooses.
// The generator describes a method by a tag:
//
//     struct Method0 {
//       using Request = ...; using Reply = ...;
//       static auto Invoke(actor, request, call) -> decltype(actor.M(request, call));
//       static auto Member() -> decltype(&Derived::M);  // never called
//     };
//
// All questions are asked when the user's class is complete, in the constructor of
// its generated base: never earlier, since compilers remember a concept's answer.
namespace mailroom {

// The name that users write.
using actors::Call;

namespace services {

template <class... P>
struct Parameters {};
template <class R, class C, class... P>
Parameters<P...> ParametersOf(R (C::*)(P...));
template <class R, class C, class... P>
Parameters<P...> ParametersOf(R (C::*)(P...) const);
template <class R, class... P>
Parameters<P...> ParametersOf(R (*)(P...));  // a static handler

// A request by value would be copied out of its arena: refused. Of an overloaded
// handler it is enough that it can be called.
template <class Self, class Method>
concept HandlerTakesOther = requires { ParametersOf(Method::template Member<Self>()); } &&
                            !std::same_as<decltype(ParametersOf(Method::template Member<Self>())),
                                          Parameters<const typename Method::Request&, Call&>>;

// False also for what is missing or not public.
template <class Self, class Method>
concept HandlerTakesRequest =
    requires(Self& self, const typename Method::Request& request, Call& call) {
      Method::Invoke(self, request, call);
    } && !HandlerTakesOther<Self, Method>;

template <class Self, class Method>
using HandlerReturned = decltype(Method::Invoke(
    std::declval<Self&>(), std::declval<const typename Method::Request&>(), std::declval<Call&>()));

template <class Self, class Method>
concept HandlerReturnsAtOnce =
    std::same_as<HandlerReturned<Self, Method>, Result<typename Method::Reply>>;
template <class Self, class Method>
concept HandlerReturnsTask =
    std::same_as<HandlerReturned<Self, Method>, Task<Result<typename Method::Reply>>>;

// True when the parameters are wrong already: one mistake, one message.
template <class Self, class Method>
concept HandlerReturnsResult =
    !HandlerTakesRequest<Self, Method> || HandlerReturnsAtOnce<Self, Method> ||
    HandlerReturnsTask<Self, Method>;

// The two questions as plain bools: a compiler that finds one false says the words of
// the static_assert, and not how it came to the answer.
template <class Self, class Method>
inline constexpr bool kHandlerTakesRequest = HandlerTakesRequest<Self, Method>;
template <class Self, class Method>
inline constexpr bool kHandlerReturnsResult = HandlerReturnsResult<Self, Method>;

template <class Self, class Method>
struct TypedHandler {
  using Reply = typename Method::Reply;

  static void Start(ServiceActor& actor, ServiceJob& job) {
    Self& self = static_cast<Self&>(actor);
    const auto& request = static_cast<const typename Method::Request&>(*job.request());
    if constexpr (HandlerReturnsTask<Self, Method>) {
      Task<Result<Reply>> task = Method::Invoke(self, request, job.call());
      if (!task.valid()) [[unlikely]] {
        return Refuse(actor, job, "the handler returned a Task that was moved from, or never made");
      }
      job.StartTask(std::move(task));
    } else {
      Answer(actor, job, Method::Invoke(self, request, job.call()));
    }
  }

  static void Finish(ServiceActor& actor, ServiceJob& job) {
    if constexpr (HandlerReturnsTask<Self, Method>) {
      Task<Result<Reply>>& task = job.task<Result<Reply>>();
      if (task.gave_nothing()) [[unlikely]] {
        return Refuse(actor, job, "the handler ended without co_return");
      }
      Answer(actor, job, task.TakeResult());
    }
  }

 private:
  // A mistake of the handler that no compiler saw.
  static void Refuse(ServiceActor& actor, ServiceJob& job, const char* mistake) {
    const rpc::MethodSpec& method = actor.spec().methods[job.envelope().method];
    actor.CompleteError(job, Internal(std::string(method.path) + ": " + mistake));
  }

  static void Answer(ServiceActor& actor, ServiceJob& job, Result<Reply> result) {
    if (result.ok()) {
      actor.Complete(job, *result);
    } else {
      actor.CompleteError(job, std::move(result).status());
    }
  }
};

// Nothing for a handler that a static_assert has refused: it is the only error then.
template <class Self, class Method>
consteval MethodHandler HandlerOf() {
  if constexpr (HandlerTakesRequest<Self, Method> && HandlerReturnsResult<Self, Method>) {
    return MethodHandler{&TypedHandler<Self, Method>::Start, &TypedHandler<Self, Method>::Finish};
  } else {
    return MethodHandler{};
  }
}

}  // namespace services
}  // namespace mailroom
