// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mailroom/actors/actor.h"
#include "mailroom/base/log.h"
#include "mailroom/base/sanitizers.h"
#include "mailroom/base/slot_table.h"
#include "mailroom/base/task_scope.h"
#include "mailroom/rpc/compression.h"
#include "mailroom/rpc/method.h"
#include "mailroom/services/service_job.h"
#include "mailroom/services/turns.h"

// ServiceActor: the base of the generated actors; turns mail into handler calls.
//
// Worker's half of a call: decode the request into the job's arena, call the
// handler, encode the reply, answer. What is suspended lives in a job until its
// task ends. No user derives from this directly: the generated XServiceActor<Self>
// does, and supplies the table of handlers.
//
// Which calls may overlap is the matter of Turns (services/turns.h, docs/design/0003):
// while the handler of an exclusive method is suspended the actor takes no mail, and
// the resumptions of the others wait, in order. Calls of concurrent methods interleave
// at co_await, up to the service's max_in_flight. A handler that does not suspend runs
// between two steps of theirs. While max_in_flight calls are suspended no call begins, of
// whatever kind.
//
// A cancel (the caller is gone, or its deadline has passed) destroys a suspended
// handler only if its method is NO_SIDE_EFFECTS: half a state change is worse than
// an answer nobody reads. Other handlers run on and see call.canceled(). A call that
// is cancelled before its handler began is not begun. Cancels never wait for a turn.
//
// Owning worker only (see actors/actor.h).
namespace mailroom::services {

// One method's handler with the types erased; made by typed_handler.h.
struct MethodHandler {
  // Calls the user's method. Returns with the job answered or suspended.
  void (*start)(class ServiceActor& self, ServiceJob& job);
  // The job's task is done: takes its result and answers.
  void (*finish)(ServiceActor& self, ServiceJob& job);
};

class ServiceActor : public actors::Actor {
 public:
  ServiceActor(const ServiceActor&) = delete;
  ServiceActor& operator=(const ServiceActor&) = delete;
  ~ServiceActor() override;

  const rpc::ServiceSpec& spec() const { return spec_; }

  // Actor.
  void Start(const actors::ActorPlace& place) final;
  void Receive(actors::EnvelopePtr mail) final;
  void Settle(Completion completion) final;
  bool TakesMail() const final;
  void Failed(std::string_view what) final;
  void Stop() final;

  // For tests. Whether the memory of a request serves the next call of its method. As a
  // rule it does, but not under AddressSanitizer, which then sees a handler that uses the
  // strings of its request after its call.
  void KeepRequests(bool keep) { keeps_requests_ = keep; }

  // For typed_handler.h. Encodes `reply` (moved from when the caller is in this
  // process), or the error, and answers.
  void Complete(ServiceJob& job, google::protobuf::Message& reply);
  void CompleteError(ServiceJob& job, Status status);

 protected:
  // `spec` has static storage; handlers[i] serves spec.methods[i].
  ServiceActor(const rpc::ServiceSpec& spec, std::span<const MethodHandler> handlers);

  // The actor's own home and runner, for what it starts by itself. Valid from the
  // first handler on.
  const actors::ActorPlace& place() const { return place_; }

 private:
  void Begin(actors::EnvelopePtr mail);
  // A resumption arrived: it steps, or waits for its turn.
  void Arrive(Completion resumption);
  // One of those that waited.
  void StepKept();
  void PostStepIfOwed();
  void Step(Completion resumption);
  // After a handler started or was resumed: answered, or suspended?
  void AfterStep(SlotId id);
  void EndJob(ServiceJob& job);
  void Cancel(CallId call);
  void RememberCanceled(CallId call);
  void NameForWatchers(ServiceJob& job) const;
  const rpc::MethodSpec& MethodOf(ServiceJob& job) const;
  std::unique_ptr<JobMemory> TakeMemory();

  const rpc::ServiceSpec& spec_;
  const std::span<const MethodHandler> handlers_;
  actors::ActorPlace place_{nullptr, nullptr};
  Turns turns_;
  bool step_posted_ = false;  // StepKept() will be called
  SlotTable<Suspension> suspensions_;
  SlotTable<ServiceJob> jobs_;
  // Suspended calls of I/O actors by their CallId, for cancels.
  std::unordered_map<SlotId, SlotId> suspended_;
  // Cancels that came before their mail, and the order in which they came.
  std::unordered_set<SlotId> canceled_;
  std::deque<SlotId> canceled_order_;
  SlotId current_;  // the job whose handler runs right now
  std::vector<std::unique_ptr<JobMemory>> spare_;
  bool keeps_requests_ = !kAddressSanitizer;
  // One for all calls: none of them is suspended in the middle of using it.
  rpc::Compressor compressor_;
  // This actor's, so that a flood of one hides nothing of another.
  LogLimiter non_utf8_binary_;
  LogLimiter non_utf8_json_;
};

}  // namespace mailroom::services
