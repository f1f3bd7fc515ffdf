// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mailroom/actors/activity.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/counter.h"
#include "mailroom/base/log.h"

// StallWatch: tells while it lasts who holds a loop or a worker. Private to server.
//
// It looks at what each thread says about itself (actors/activity.h) every half of the
// shorter limit, so a stall is told half a limit late at most, while the handler still
// blocks, and once more when it is over. Nothing is asked of the watched thread: it
// may hang for ever.
// The watching thread only, except stalls().
namespace mailroom::server {

class StallWatch final {
 public:
  struct Options {
    Duration loop_stall;    // zero: loops are not watched
    Duration worker_stall;  // likewise
  };
  // "greet.v1.GreetService/Greet".
  using MethodNamer = std::function<std::string(const actors::Cell&, uint32_t method)>;

  // At most one line about a new stall in so long, of loops and of workers each.
  static constexpr Duration kLogPeriod = std::chrono::seconds(1);

  // What `threads` points to outlives the watch.
  StallWatch(const Options& options, std::vector<const actors::Activity*> threads,
             MethodNamer method_namer);

  // How often Check() is wanted.
  Duration period() const;
  // One look at every thread.
  void Check(TimePoint now);

  // Any thread. Stalls so far, those included that were not logged.
  uint64_t stalls(actors::Activity::Kind kind) const {
    return stalls_[static_cast<size_t>(kind)].get();
  }

 private:
  struct Watched {
    const actors::Activity* activity;
    uint64_t told_step = 0;  // of the stall that lasts; 0: none
    TimePoint since{};
    std::string holder{};
    bool logged = false;
  };

  Duration Limit(const Watched& watched) const;
  void BeginStall(Watched& watched, const actors::Activity::Snapshot& seen, TimePoint now);
  void EndStall(Watched& watched, TimePoint now);
  std::string HolderOf(const actors::Activity::Snapshot& seen) const;

  const Options options_;
  const MethodNamer method_namer_;
  std::vector<Watched> threads_;
  std::array<LogLimiter, 2> limiters_;  // by kind
  std::array<Counter, 2> stalls_;       // likewise
};

}  // namespace mailroom::server
