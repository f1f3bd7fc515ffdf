// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mailroom/actors/cell.h"
#include "mailroom/rpc/channel.h"

// InProcessChannel: calls to actors of this process, without bytes: the typed
// message moves in the envelope, and the same envelope comes home.
//
// One thread at a time (one per actor or test that calls): its mails to one actor
// arrive in the order they were started. The cells outlive it. A timeout becomes
// the call's deadline: expired mail is answered, not run, but nobody interrupts a
// handler that is late.
namespace mailroom::services {

// A service and the actor that serves it.
struct LocalService {
  const rpc::ServiceSpec* spec;
  actors::Cell* cell;
  actors::Runner* runner;
};

class InProcessChannel final : public rpc::Channel {
 public:
  explicit InProcessChannel(std::span<const LocalService> services);

  // unimplemented for a method that no local service has, resource_exhausted
  // when the actor's mailbox is full.
  Status Start(const rpc::MethodSpec& method, const google::protobuf::Message& request,
               const rpc::CallOptions& options, Home& home, SlotId slot) override;
  Status Finish(ParcelPtr parcel, rpc::CallOptions* options,
                google::protobuf::Message* reply) override;

 private:
  struct Target {
    size_t service;
    uint32_t method;
  };
  struct Destination {
    actors::ActorRef ref;
    actors::Runner* runner;
  };
  std::vector<Destination> destinations_;
  std::unordered_map<std::string_view, Target> by_path_;
};

}  // namespace mailroom::services
