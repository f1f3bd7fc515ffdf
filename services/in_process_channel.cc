// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/in_process_channel.h"

#include <memory>
#include <utility>

#include "mailroom/services/service_job.h"

namespace mailroom::services {

InProcessChannel::InProcessChannel(std::span<const LocalService> services) {
  for (const LocalService& service : services) {
    for (uint32_t i = 0; i < service.spec->methods.size(); ++i) {
      by_path_.emplace(service.spec->methods[i].path,
                       Target{static_cast<uint32_t>(destinations_.size()), i});
    }
    destinations_.push_back(Destination{actors::ActorRef(*service.cell), service.runner});
  }
}

Status InProcessChannel::Start(const rpc::MethodSpec& method,
                               const google::protobuf::Message& request,
                               const rpc::CallOptions& options, Home& home, SlotId slot) {
  const auto found = by_path_.find(method.path);
  if (found == by_path_.end()) {
    return Unimplemented("no actor of this process serves " + std::string(method.path));
  }
  Destination& destination = destinations_[found->second.service];
  std::unique_ptr<google::protobuf::Message> message(request.New());
  message->CopyFrom(request);

  actors::EnvelopePtr mail(new actors::Envelope);
  mail->method = found->second.method;
  mail->replica_index = found->second.service;
  mail->wire.format = WireFormat::kTyped;
  mail->peer = "in-process";
  mail->posted_at = destination.runner->clock().Now();
  if (options.timeout) mail->deadline = DeadlineIn(mail->posted_at, *options.timeout);
  mail->metadata = options.metadata;
  mail->typed_request = std::make_unique<MessageParcel>(std::move(message));
  mail->call = slot;
  mail->home = &home;
  if (!destination.ref.TryPost(&mail)) {
    mail->home = nullptr;  // refused: nobody waits for it
    return Status::Static(Code::kUnavailable, "the actor's mailbox is full; try again later");
  }
  destination.runner->Publish();
  return Status();
}

Status InProcessChannel::Finish(ParcelPtr parcel, rpc::CallOptions* options,
                                google::protobuf::Message* reply) {
  actors::Envelope& answer = ParcelAs<actors::Envelope>(*parcel);
  const Clock& clock = destinations_[answer.replica_index].runner->clock();
  if (Expired(clock.Now(), answer.deadline)) {
    return Status::Static(Code::kDeadlineExceeded, "the deadline passed before the actor answered");
  }
  options->headers = std::move(answer.headers);
  options->trailers = std::move(answer.trailers);
  if (!answer.status.ok()) return std::move(answer.status);
  google::protobuf::Message& message = ParcelAs<MessageParcel>(*answer.typed_reply).message();
  reply->GetReflection()->Swap(reply, &message);
  return Status();
}

}  // namespace mailroom::services
