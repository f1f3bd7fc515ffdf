// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "mailroom/base/clock.h"
#include "mailroom/io/connection.h"
#include "mailroom/io/loop.h"
#include "mailroom/io/testing/fake_poller.h"
#include "mailroom/io/testing/loopback.h"
#include "mailroom/io/testing/recording_handler.h"

// LoopHarness: a loop with a recording handler on a fake clock, one thread.
//
// `poller` decides the backend: the platform's own, or a FakePoller, which then
// shares the clock and is at hand as `fake`. Every test body that needs no
// script runs over both.
namespace mailroom::io {

class LoopHarness final {
 public:
  enum class Backend { kPlatform, kFake };
  // For the names of parametrised tests.
  static const char* NameOf(Backend backend) {
    return backend == Backend::kFake ? "Fake" : "Platform";
  }

  explicit LoopHarness(Backend backend, const Loop::Options& options = Loop::Options());
  // The loop's last hooks are written down, but run no function of the test's:
  // what those refer to may be gone.
  ~LoopHarness();

  // Adopts one end of a new pair; the other one is the caller's.
  Peer Connect();
  // The connection accepted last; null once it is gone.
  Connection* last() { return loop.Find(handler.accepted.back()); }
  // Turns that do not wait.
  void Turn(size_t count = 1);
  // Turns that do not wait until `done`; ends the program after very many.
  void TurnUntil(const std::function<bool()>& done);

  FakeClock clock;
  RecordingHandler handler;
  FakePoller* fake = nullptr;  // null: the platform's own poller
  Loop loop;

 private:
  std::unique_ptr<Poller> MakeBackend(Backend backend);
};

}  // namespace mailroom::io
