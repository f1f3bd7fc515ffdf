// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mailroom/actors/cell.h"
#include "mailroom/rpc/channel.h"

// InProcessChannel: calls to actors of this process. No bytes are made: the request is
// copied once as a message, the reply is moved, and one envelope carries both.
//
// One thread at a time, that of the actor or test that calls; one channel for each
// such caller. Its calls of one service reach the actor in the order in which they
// were started.
//
// A timeout becomes the call's deadline, which the handler can see. Past it a mail that
// still waits is answered unrun; a handler that is running or suspended is not
// interrupted, and its answer is replaced by deadline_exceeded when it comes home.
// Calls of this process are not cancelled: a caller that is destroyed leaves the
// handler running, and its answer is stale.
namespace mailroom::services {

// A service and the actor that serves it, a ServiceActor. All three outlive the channel.
struct LocalService {
  const rpc::ServiceSpec* spec;
  actors::Cell* cell;
  actors::Runner* runner;
};

class InProcessChannel final : public rpc::Channel {
 public:
  explicit InProcessChannel(std::span<const LocalService> services);

  // unimplemented for a method that no local service has, unavailable when the actor's
  // mailbox is full.
  Status Start(const rpc::MethodSpec& method, const google::protobuf::Message& request,
               const rpc::CallOptions& options, Home& home, SlotId slot) override;
  Status Finish(ParcelPtr parcel, rpc::CallOptions* options,
                google::protobuf::Message* reply) override;

 private:
  struct Target {
    uint32_t service;  // in destinations_
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
