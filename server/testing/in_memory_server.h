// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mailroom/actors/cell.h"
#include "mailroom/actors/testing/manual_runner.h"
#include "mailroom/base/clock.h"
#include "mailroom/http/testing/http_reply.h"
#include "mailroom/io/testing/loopback.h"
#include "mailroom/rpc/channel.h"
#include "mailroom/server/config/options.h"
#include "mailroom/server/ops/testing/find_metric.h"

// InMemoryServer: a whole server in one thread, without ports and without time.
//
//     InMemoryServer server;
//     server.Add<Greet>();
//     GreetServiceClient greet(server.channel());
//     const Result<GreetResponse> reply = RunBlocking(greet.Greet(request));
//
// Requests are real HTTP over a socket pair, through the same loop, sessions,
// protocols and mailboxes as in production; actors run when the server turns.
// Time stands still until Advance(), or until a Call or Post would wait for it.
// Everything on one thread.
namespace mailroom::server {
class IoActor;
}

namespace mailroom::testing {

class InMemoryServer final {
 public:
  // `options.workers`, addresses and log settings do not matter here.
  explicit InMemoryServer(ServerOptions options = ServerOptions());
  ~InMemoryServer();
  InMemoryServer(const InMemoryServer&) = delete;
  InMemoryServer& operator=(const InMemoryServer&) = delete;

  // Makes the actor and serves it. The reference is for looking inside.
  template <class Service, class... Args>
  Service& Add(Args&&... args) {
    auto actor = std::make_unique<Service>(std::forward<Args>(args)...);
    Service& inside = *actor;
    AddActor(Service::Spec(), std::move(actor));
    return inside;
  }
  void AddActor(const rpc::ServiceSpec& spec, std::unique_ptr<actors::Actor> actor);

  // A channel for generated clients: each call is one POST of binary protobuf.
  // Returns with the answer: lets time pass when the handler waits for it.
  rpc::Channel& channel();

  // One request on a connection of its own, and its answer.
  HttpReply Post(std::string_view path, std::string_view content_type, std::string_view body);
  HttpReply Exchange(std::string_view raw_request);

  // For tests that look closer: a connection, to be written to and read from.
  io::Peer Connect();
  // Turns the loop and runs actors until nothing moves. Actors stay queued while
  // HoldActors(true).
  void Turn();
  void HoldActors(bool held) { held_ = held; }
  // Moves time on, then turns.
  void Advance(Duration by);
  // Turns, and lets time pass, until `done`; false when nothing is left to wait
  // for (an hour of the fake clock).
  bool TurnUntil(const std::function<bool()>& done);

  // What /metrics would say now: "mailroom_stale_replies_total",
  // "mailroom_shed_total{reason=\"draining\"}". Ends the test if there is none.
  double Metric(std::string_view series);
  // The lines of the access log since the last look (ServerOptions::access_log).
  std::string TakeAccessLog();
  // Begins to drain, as SIGTERM does.
  void Drain();
  // True when that is done: a real server would end now.
  bool drained() const;

  actors::testing::ManualRunner& runner() { return runner_; }
  actors::Cell& cell(size_t index) { return *cells_[index]; }

 private:
  class Channel;

  void TurnLoop();

  actors::testing::ManualRunner runner_;
  std::vector<std::unique_ptr<actors::Cell>> cells_;
  size_t mailbox_capacity_;
  bool held_ = false;
  std::unique_ptr<server::IoActor> io_actor_;
  std::unique_ptr<Channel> channel_;
};

}  // namespace mailroom::testing
