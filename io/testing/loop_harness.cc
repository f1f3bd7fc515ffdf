// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/testing/loop_harness.h"

#include "mailroom/base/check.h"
#include "mailroom/io/poller.h"

namespace mailroom::io {

LoopHarness::LoopHarness(Backend backend, const Loop::Options& options)
    : loop(options, MakeBackend(backend), clock, handler) {
  MAILROOM_CHECK(loop.Init().ok());
}

LoopHarness::~LoopHarness() {
  handler.on_close = nullptr;
  handler.on_drained = nullptr;
}

std::unique_ptr<Poller> LoopHarness::MakeBackend(Backend backend) {
  if (backend == Backend::kPlatform) return MakePoller();
  auto made = std::make_unique<FakePoller>(&clock);
  fake = made.get();
  return made;
}

Peer LoopHarness::Connect() {
  std::pair<Peer, int> pair = Peer::Pair();
  MAILROOM_CHECK(loop.Adopt(pair.second, Address()).ok());
  return std::move(pair.first);
}

void LoopHarness::Turn(size_t count) {
  for (size_t i = 0; i < count; ++i) MAILROOM_CHECK(loop.Run(Loop::Mode::kNoWait).ok());
}

void LoopHarness::TurnUntil(const std::function<bool()>& done) {
  // What TCP does on the loopback interface takes a few turns at most.
  for (size_t turns = 0; !done(); ++turns) {
    MAILROOM_CHECK(turns < 10'000'000);
    Turn();
  }
}

}  // namespace mailroom::io
