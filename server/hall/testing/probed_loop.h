// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mailroom/actors/cell.h"
#include "mailroom/actors/testing/probe_actor.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"
#include "mailroom/http/testing/http_reply.h"
#include "mailroom/io/loop.h"
#include "mailroom/io/testing/fake_poller.h"
#include "mailroom/io/testing/loopback.h"
#include "mailroom/rpc/method.h"
#include "mailroom/server/config/options.h"
#include "mailroom/server/hall/hall.h"
#include "mailroom/server/hall/io_actor.h"
#include "mailroom/server/ops/counters.h"

// ProbedLoop: one I/O actor on a fake poller and a fake clock, with one service whose
// actor does what the test says. For the tests of this room, which look inside; whole
// servers without a look inside are testing::InMemoryServer.
//
// A wait that finds nothing moves the clock to the next deadline. The actor runs on the
// loop. Everything on one thread.
namespace mailroom::server {

// /probe.v1.Probe/...: Do is exclusive, Look has no side effects, Talk is concurrent.
const rpc::ServiceSpec& ProbeSpec();

class ProbedLoop final {
 public:
  explicit ProbedLoop(const ServerOptions& options = ServerOptions());
  ~ProbedLoop();
  ProbedLoop(const ProbedLoop&) = delete;
  ProbedLoop& operator=(const ProbedLoop&) = delete;

  // A call of `method` ("Do") with binary protobuf; `fields` are whole lines.
  static std::string CallText(std::string_view method, std::string_view body = "",
                              std::string_view fields = "");

  // The near end of the last one is `last_fd`, for the poller's scripts.
  io::Peer Connect();
  int last_fd = -1;
  // Turns that do not wait: as many as what is there needs.
  void Turn();
  void Advance(Duration by);
  // All whole answers that came.
  static std::vector<testing::HttpReply> Replies(io::Peer& peer);

  // From now on the actor keeps its mails instead of answering; the test does.
  void KeepMails();
  std::vector<actors::EnvelopePtr> kept;

  // Calls of all methods: begun, ended, ended with `code`.
  uint64_t started() const;
  uint64_t handled() const;
  uint64_t handled(Code code) const;
  uint64_t released(Released reason) const;
  uint64_t evicted(Evicted reason) const;
  // Envelopes of this loop that the actor has, by the router's account.
  uint32_t out();

  Hall& hall() { return io_actor->hall(); }
  io::Loop& loop() { return io_actor->loop(); }

  FakeClock clock;
  // In this order: the router's places in the mailbox go before the cell.
  std::unique_ptr<actors::Cell> cell;
  std::unique_ptr<IoActor> io_actor;
  io::FakePoller* poller = nullptr;              // the I/O actor's
  actors::testing::ProbeActor* actor = nullptr;  // the cell's

 private:
  template <class Read>
  uint64_t SumOfMethods(Read read) const;
};

}  // namespace mailroom::server
