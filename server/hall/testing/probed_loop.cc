// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/testing/probed_loop.h"

#include <array>
#include <utility>

#include "mailroom/base/check.h"
#include "mailroom/io/address.h"

namespace mailroom::server {
namespace {

constexpr std::string_view kPrefix = "/probe.v1.Probe/";

constexpr std::array<rpc::MethodSpec, 3> kMethods = {
    rpc::MethodSpec{.name = "Do", .path = "/probe.v1.Probe/Do"},
    rpc::MethodSpec{.name = "Look",
                    .path = "/probe.v1.Probe/Look",
                    .idempotency = rpc::Idempotency::kNoSideEffects},
    rpc::MethodSpec{.name = "Talk", .path = "/probe.v1.Probe/Talk", .concurrent = true},
};

}  // namespace

const rpc::ServiceSpec& ProbeSpec() {
  static constexpr rpc::ServiceSpec kSpec = {.name = "probe.v1.Probe", .methods = kMethods};
  return kSpec;
}

ProbedLoop::ProbedLoop(const ServerOptions& options) {
  auto fake = std::make_unique<io::FakePoller>(&clock);
  poller = fake.get();
  io_actor = std::make_unique<IoActor>(options, 0, std::move(fake), clock);
  MAILROOM_CHECK(io_actor->Init().ok());
  io_actor->SetRunner(&io_actor->inline_runner());
  auto probe = std::make_unique<actors::testing::ProbeActor>();
  actor = probe.get();
  cell = std::make_unique<actors::Cell>("probe.v1.Probe", options.mailbox_capacity,
                                        std::move(probe), io_actor->inline_runner());
  io_actor->AddService(ProbeSpec(), {cell.get()}, /*here=*/true);
}

ProbedLoop::~ProbedLoop() {
  kept.clear();  // they go home as dropped
  io_actor->AbandonSessions();
  cell->Stop();
  io_actor->Finish();
}

std::string ProbedLoop::CallText(std::string_view method, std::string_view body,
                                 std::string_view fields) {
  std::string text = "POST ";
  text.append(kPrefix).append(method).append(" HTTP/1.1\r\nhost: a\r\n");
  text.append("content-type: application/proto\r\n").append(fields);
  text.append("content-length: ").append(std::to_string(body.size())).append("\r\n\r\n");
  return text.append(body);
}

io::Peer ProbedLoop::Connect() {
  auto [peer, fd] = io::Peer::Pair();
  last_fd = fd;
  MAILROOM_CHECK(loop().Adopt(fd, io::Address()).ok());
  return std::move(peer);
}

void ProbedLoop::Turn() {
  for (int i = 0; i < 4; ++i) MAILROOM_CHECK(loop().Run(io::Loop::Mode::kNoWait).ok());
}

void ProbedLoop::Advance(Duration by) {
  clock.Advance(by);
  Turn();
}

std::vector<testing::HttpReply> ProbedLoop::Replies(io::Peer& peer) {
  std::string bytes = peer.Receive();
  std::vector<testing::HttpReply> replies;
  while (auto reply = testing::TakeReply(&bytes)) replies.push_back(std::move(*reply));
  return replies;
}

void ProbedLoop::KeepMails() {
  actor->on_mail = [this](actors::EnvelopePtr mail) { kept.push_back(std::move(mail)); };
}

template <class Read>
uint64_t ProbedLoop::SumOfMethods(Read read) const {
  uint64_t sum = 0;
  for (const Route& route : std::as_const(*io_actor).hall().router.routes()) {
    sum += read(route.counters);
  }
  return sum;
}

uint64_t ProbedLoop::started() const {
  return SumOfMethods([](const MethodCounters& counters) { return counters.started.get(); });
}

uint64_t ProbedLoop::handled() const {
  uint64_t sum = 0;
  for (size_t code = 0; code < kCodeCount; ++code) sum += handled(static_cast<Code>(code));
  return sum;
}

uint64_t ProbedLoop::handled(Code code) const {
  return SumOfMethods([code](const MethodCounters& counters) {
    return counters.handled[static_cast<size_t>(code)].get();
  });
}

uint64_t ProbedLoop::released(Released reason) const {
  return std::as_const(*io_actor).hall().counters.released[static_cast<size_t>(reason)].get();
}

uint64_t ProbedLoop::evicted(Evicted reason) const {
  return std::as_const(*io_actor).hall().counters.evicted[static_cast<size_t>(reason)].get();
}

uint32_t ProbedLoop::out() { return hall().router.replica(0).out; }

}  // namespace mailroom::server
