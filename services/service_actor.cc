// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/service_actor.h"

#include <string>
#include <utility>

#include "mailroom/actors/activity.h"
#include "mailroom/base/check.h"
#include "mailroom/base/check_context.h"
#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/protobuf_log.h"
#include "mailroom/services/reply_report.h"

namespace mailroom::services {
namespace {

// Job memory that is kept for the next calls; more calls than that at once take
// theirs from the heap.
constexpr size_t kSpareMemory = 64;
// Calls whose cancel came before their mail was taken. As many as wait by default;
// of more than that the oldest are forgotten: their calls run although nobody waits.
constexpr size_t kCanceledCalls = 1024;

// Posted by the actor to itself; names no slot of any table.
constexpr SlotId kStepKept(SlotKind::kJob, 0, 0, 0);

Status CallerGone() { return Status::Static(Code::kCanceled, "the caller is gone"); }

// The mistake of a handler that names itself: nothing of it is secret.
Status NoReply(const rpc::MethodSpec& method) {
  return Internal("the handler of " + std::string(method.path) +
                  ", or what it called, made a Result of an OK Status, or moved the error out of "
                  "a Result and returned that: return the reply, or an error");
}

// Puts the request where the handler will look for it.
Status OpenRequest(const rpc::MethodSpec& method, rpc::Compressor& compressor, ServiceJob& job) {
  actors::Envelope& envelope = job.envelope();
  if (envelope.wire.format == WireFormat::kTyped) {
    job.set_request(&ParcelAs<MessageParcel>(*envelope.typed_request).message());
    return Status();
  }
  BytesView bytes = envelope.request;
  std::string plain;
  if (envelope.wire.request_compression != Compression::kIdentity) {
    MAILROOM_RETURN_IF_ERROR(compressor.Decompress(envelope.wire.request_compression, bytes,
                                                   envelope.wire.request_limit, &plain));
    bytes = plain;
  }
  google::protobuf::Message* const request =
      job.memory().NewRequest(method.request(), bytes.size());
  job.set_request(request);
  return rpc::Codec::For(envelope.wire.format).Parse(bytes, request);
}

// Compresses the reply if the caller wants that. An empty one stays as it is: no
// client decompresses it.
void CloseReply(actors::Envelope& envelope, rpc::Compressor& compressor) {
  if (envelope.wire.accepted == Compression::kIdentity) return;
  if (envelope.reply.empty() || envelope.reply.size() < envelope.wire.compress_from) return;
  std::string bytes;
  compressor.Compress(envelope.wire.accepted, envelope.reply, &bytes);
  envelope.reply = std::move(bytes);
  envelope.wire.reply_compression = envelope.wire.accepted;
}

}  // namespace

ServiceActor::ServiceActor(const rpc::ServiceSpec& spec, std::span<const MethodHandler> handlers)
    : spec_(spec),
      handlers_(handlers),
      turns_(spec.max_in_flight),
      suspensions_(SlotKind::kSuspension, 0),
      jobs_(SlotKind::kJob, 0) {
  MAILROOM_CHECK(handlers.size() == spec.methods.size());
}

// Stop() ran: the derived actor's members, to which tasks may refer, are gone.
ServiceActor::~ServiceActor() { MAILROOM_DCHECK(jobs_.empty()); }

void ServiceActor::Start(const actors::ActorPlace& place) { place_ = place; }

bool ServiceActor::TakesMail() const { return turns_.may_begin(); }

void ServiceActor::Receive(actors::EnvelopePtr mail) {
  MAILROOM_CHECK(mail->method < spec_.methods.size());
  if (!canceled_.empty() && canceled_.erase(mail->call) > 0) {
    actors::AnswerError(std::move(mail), CallerGone());
    return;
  }
  Begin(std::move(mail));
}

void ServiceActor::Begin(actors::EnvelopePtr mail) {
  const Turn::Kind kind =
      spec_.methods[mail->method].concurrent ? Turn::Kind::kConcurrent : Turn::Kind::kExclusive;
  const JobPlace place{*place_.home, *place_.runner, suspensions_, turns_};
  const SlotId id = jobs_.Insert(place, kind, std::move(mail), TakeMemory());
  ServiceJob& job = *jobs_.Find(id);
  job.set_id(id);
  NameForWatchers(job);
  current_ = id;  // known to Failed() from here on
  Status opened = OpenRequest(MethodOf(job), compressor_, job);
  if (!opened.ok()) {
    CompleteError(job, std::move(opened));
  } else {
    handlers_[job.envelope().method].start(*this, job);
  }
  AfterStep(id);
}

void ServiceActor::Settle(Completion completion) {
  if (completion.slot == kStepKept) {
    StepKept();
  } else if (completion.slot.kind() == SlotKind::kCall) {
    Cancel(completion.slot);
  } else {
    Arrive(std::move(completion));
  }
}

void ServiceActor::Arrive(Completion resumption) {
  const Suspension* const waiting = suspensions_.Find(resumption.slot);
  if (waiting == nullptr) return;  // stale
  ServiceJob& job = *jobs_.Find(waiting->scope->owner());
  std::optional<Completion> next = turns_.Arrive(job.turn(), std::move(resumption));
  if (next) Step(std::move(*next));
}

void ServiceActor::StepKept() {
  step_posted_ = false;
  std::optional<Completion> next = turns_.TakeKept();
  if (!next) return;
  // Before the step, which may fail.
  PostStepIfOwed();
  Step(std::move(*next));
}

// By a completion, not by a call: this may be the catch of a failed handler, and the next
// one may fail as well. One at a time: each step is one of the cell's.
void ServiceActor::PostStepIfOwed() {
  if (step_posted_ || !turns_.owes_step()) return;
  step_posted_ = true;
  place_.home->Post(Completion{kStepKept, nullptr});
}

void ServiceActor::Step(Completion resumption) {
  const Suspension* const waiting = suspensions_.Find(resumption.slot);
  MAILROOM_CHECK(waiting != nullptr);  // a call's suspension lives as long as its turn waits
  // Known before it runs: an exception would leave no other trace.
  current_ = waiting->scope->owner();
  NameForWatchers(*jobs_.Find(current_));
  SlotId owner;
  if (Resume(suspensions_, std::move(resumption), &owner)) AfterStep(owner);
}

void ServiceActor::AfterStep(SlotId id) {
  ServiceJob* const job = jobs_.Find(id);
  if (job == nullptr) return;
  if (job->has_task() && job->unanswered() && job->task_done()) {
    current_ = id;
    handlers_[job->envelope().method].finish(*this, *job);
  }
  current_ = SlotId();
  if (!job->unanswered()) {
    EndJob(*job);
  } else if (!job->cancelable && job->envelope().call.kind() == SlotKind::kCall) {
    // Callers of this process never cancel, and their ids are unique among
    // themselves only.
    job->cancelable = true;
    suspended_.emplace(job->envelope().call, id);
  }
}

void ServiceActor::Complete(ServiceJob& job, google::protobuf::Message& reply) {
  actors::Envelope& envelope = job.envelope();
  if (envelope.wire.format == WireFormat::kTyped) {
    std::unique_ptr<google::protobuf::Message> moved(reply.New());
    moved->GetReflection()->Swap(moved.get(), &reply);
    envelope.typed_reply = std::make_unique<MessageParcel>(std::move(moved));
  } else {
    envelope.reply.clear();
    envelope.status = rpc::Codec::For(envelope.wire.format).Serialize(reply, &envelope.reply);
    const bool malformed = rpc::TakeNonUtf8Written();
    if (malformed || !envelope.status.ok()) {
      LogLimiter& limiter = envelope.status.ok() ? non_utf8_binary_ : non_utf8_json_;
      envelope.wire.reply_not_utf8 = ReportNonUtf8(MethodOf(job), reply, envelope.status, limiter);
    }
    CloseReply(envelope, compressor_);
  }
  if (job.cancelable) suspended_.erase(envelope.call);
  actors::Answer(job.TakeEnvelope());
}

void ServiceActor::CompleteError(ServiceJob& job, Status status) {
  // OK is what is left in a Result whose error was moved out.
  if (status.ok() || status == MissingValue()) status = NoReply(MethodOf(job));
  if (job.cancelable) suspended_.erase(job.envelope().call);
  actors::AnswerError(job.TakeEnvelope(), std::move(status));
}

void ServiceActor::EndJob(ServiceJob& job) {
  job.DestroyTask();
  std::unique_ptr<JobMemory> memory = job.TakeMemory();
  jobs_.Erase(job.id());
  if (spare_.size() < kSpareMemory) {
    memory->Recycle(keeps_requests_);
    spare_.push_back(std::move(memory));
  }
  PostStepIfOwed();
}

void ServiceActor::Cancel(CallId call) {
  const auto found = suspended_.find(call);
  if (found == suspended_.end()) {
    RememberCanceled(call);
    return;
  }
  ServiceJob& job = *jobs_.Find(found->second);
  NameForWatchers(job);  // its frame's destructors run
  job.call().set_canceled();
  if (MethodOf(job).idempotency != rpc::Idempotency::kNoSideEffects) return;
  job.DestroyTask();
  CompleteError(job, CallerGone());
  EndJob(job);
}

// Its mail still waits, or it is answered already and this id means nothing more.
void ServiceActor::RememberCanceled(CallId call) {
  canceled_.insert(call);
  canceled_order_.push_back(call);
  if (canceled_order_.size() <= kCanceledCalls) return;
  canceled_.erase(canceled_order_.front());
  canceled_order_.pop_front();
}

void ServiceActor::Failed(std::string_view) {
  ServiceJob* const job = jobs_.Find(std::exchange(current_, SlotId()));
  if (job == nullptr) return;
  if (job->unanswered()) {
    CompleteError(*job, Status::Static(Code::kInternal, "the handler failed"));
  }
  EndJob(*job);
}

void ServiceActor::Stop() {
  suspended_.clear();
  // Tasks go first, and with them what they hold; envelopes go home as dropped.
  jobs_.ForEach([this](SlotId id, ServiceJob&) { jobs_.Erase(id); });
}

// Which method a stall, or a check that fails, would be blamed on.
void ServiceActor::NameForWatchers(ServiceJob& job) const {
  actors::Activity::NameMethod(job.envelope().method);
  CheckContext::Name(MethodOf(job).path);
}

const rpc::MethodSpec& ServiceActor::MethodOf(ServiceJob& job) const {
  return spec_.methods[job.envelope().method];
}

std::unique_ptr<JobMemory> ServiceActor::TakeMemory() {
  if (spare_.empty()) return std::make_unique<JobMemory>();
  std::unique_ptr<JobMemory> memory = std::move(spare_.back());
  spare_.pop_back();
  return memory;
}

}  // namespace mailroom::services
