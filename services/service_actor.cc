// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/service_actor.h"

#include <string>
#include <utility>

#include "mailroom/actors/activity.h"
#include "mailroom/base/check.h"
#include "mailroom/rpc/codec.h"

namespace mailroom::services {
namespace {

// Job memory that is kept for the next calls; more calls than that at once take
// theirs from the heap.
constexpr size_t kSpareMemory = 64;
// Calls whose cancel came before their mail was taken. As many as wait by default;
// of more than that the oldest are forgotten, and run for nobody.
constexpr size_t kCanceledCalls = 1024;

// Posted by the actor to itself; names no slot of any table.
constexpr SlotId kBeginWaiting(SlotKind::kJob, 0, 0, 0);

Status CallerGone() { return Status::Static(Code::kCanceled, "the caller is gone"); }

// Puts the request where the handler will look for it.
Status OpenRequest(const rpc::MethodSpec& method, rpc::Compressor& compressor, ServiceJob& job) {
  actors::Envelope& envelope = job.envelope();
  if (envelope.wire.format == WireFormat::kTyped) {
    job.set_request(&static_cast<MessageParcel&>(*envelope.typed_request).message());
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

// Which method a stall would be blamed on.
void NameForWatchers(ServiceJob& job) { actors::Activity::NameMethod(job.envelope().method); }

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
      suspensions_(SlotKind::kSuspension, 0),
      jobs_(SlotKind::kJob, 0) {
  MAILROOM_CHECK(handlers.size() == spec.methods.size());
}

// Stop() ran: the derived actor's members, to which tasks may refer, are gone.
ServiceActor::~ServiceActor() { MAILROOM_DCHECK(jobs_.empty()); }

void ServiceActor::Start(const actors::ActorPlace& place) { place_ = place; }

bool ServiceActor::TakesMail() const {
  return !exclusive_ && waiting_ == nullptr && jobs_.size() < spec_.max_in_flight;
}

void ServiceActor::Receive(actors::EnvelopePtr mail) {
  MAILROOM_CHECK(mail->method < spec_.methods.size());
  if (!canceled_.empty() && canceled_.erase(mail->call) > 0) {
    actors::AnswerError(std::move(mail), CallerGone());
    return;
  }
  if (!spec_.methods[mail->method].concurrent && !jobs_.empty()) {
    waiting_ = std::move(mail);
    return;
  }
  Begin(std::move(mail));
}

void ServiceActor::Begin(actors::EnvelopePtr mail) {
  const rpc::MethodSpec& method = spec_.methods[mail->method];
  const SlotId id =
      jobs_.Insert(*place_.home, *place_.runner, suspensions_, std::move(mail), TakeMemory());
  ServiceJob& job = *jobs_.Find(id);
  job.set_id(id);
  NameForWatchers(job);
  exclusive_ = !method.concurrent;
  current_ = id;  // known to Failed() from here on
  Status opened = OpenRequest(method, compressor_, job);
  if (!opened.ok()) {
    CompleteError(job, std::move(opened));
  } else {
    handlers_[job.envelope().method].start(*this, job);
  }
  AfterStep(id);
}

void ServiceActor::BeginWaiting() {
  if (waiting_ == nullptr || !jobs_.empty()) return;
  if (Expired(place_.runner->clock().Now(), waiting_->deadline)) {
    actors::AnswerError(
        std::move(waiting_),
        Status::Static(Code::kDeadlineExceeded, "the deadline passed before the call began"));
    return;
  }
  Begin(std::move(waiting_));
}

void ServiceActor::Settle(Completion completion) {
  if (completion.slot == kBeginWaiting) {
    BeginWaiting();
  } else if (completion.slot.kind() == SlotKind::kCall) {
    Cancel(completion.slot);
  } else {
    // Known before it runs: an exception would leave no other trace.
    const Suspension* const waiting = suspensions_.Find(completion.slot);
    if (waiting == nullptr) return;  // stale
    current_ = waiting->scope->owner();
    ServiceJob* const job = jobs_.Find(current_);
    if (job != nullptr && job->unanswered()) NameForWatchers(*job);
    SlotId owner;
    if (Resume(suspensions_, std::move(completion), &owner)) AfterStep(owner);
  }
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
    CloseReply(envelope, compressor_);
  }
  if (job.cancelable) suspended_.erase(envelope.call);
  actors::Answer(job.TakeEnvelope());
}

void ServiceActor::CompleteError(ServiceJob& job, Status status) {
  if (job.cancelable) suspended_.erase(job.envelope().call);
  actors::AnswerError(job.TakeEnvelope(), std::move(status));
}

void ServiceActor::EndJob(ServiceJob& job) {
  job.DestroyTask();
  std::unique_ptr<JobMemory> memory = job.TakeMemory();
  jobs_.Erase(job.id());
  if (spare_.size() < kSpareMemory) {
    memory->Recycle();
    spare_.push_back(std::move(memory));
  }
  if (!jobs_.empty()) return;
  exclusive_ = false;
  // By a completion, not by a call: this may be the catch of a failed handler, and
  // the next one may fail as well.
  if (waiting_ != nullptr) place_.home->Post(Completion{kBeginWaiting, nullptr});
}

void ServiceActor::Cancel(CallId call) {
  if (waiting_ != nullptr && waiting_->call == call) {
    actors::AnswerError(std::move(waiting_), CallerGone());
    return;
  }
  const auto found = suspended_.find(call);
  if (found == suspended_.end()) {
    RememberCanceled(call);
    return;
  }
  ServiceJob& job = *jobs_.Find(found->second);
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
  waiting_.reset();
  suspended_.clear();
  // Tasks go first, and with them what they hold; envelopes go home as dropped.
  jobs_.ForEach([this](SlotId id, ServiceJob&) { jobs_.Erase(id); });
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
