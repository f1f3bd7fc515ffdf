// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/stall_watch.h"

#include <algorithm>
#include <utility>

#include "mailroom/actors/cell.h"

namespace mailroom::server {
namespace {

using Kind = actors::Activity::Kind;

const char* Advice(Kind kind, bool handler) {
  if (kind == Kind::kWorker) {
    return ": its actor's other calls wait; co_await instead of blocking, or have more --workers";
  }
  if (!handler) return ": no handler runs; is the machine overloaded?";
  return ": connections, timers and signals wait; co_await instead of blocking, or run actors on "
         "--workers";
}

}  // namespace

StallWatch::StallWatch(const Options& options, std::vector<const actors::Activity*> threads,
                       MethodNamer method_namer)
    : options_(options), method_namer_(std::move(method_namer)) {
  for (const actors::Activity* activity : threads) threads_.push_back(Watched{activity});
}

Duration StallWatch::period() const {
  Duration shortest = kForever.time_since_epoch();
  for (const Duration limit : {options_.loop_stall, options_.worker_stall}) {
    if (limit > Duration::zero()) shortest = std::min(shortest, limit);
  }
  // Not more often than a thousand times a second, whatever was asked for.
  return std::max<Duration>(shortest / 2, std::chrono::milliseconds(1));
}

Duration StallWatch::Limit(const Watched& watched) const {
  return watched.activity->kind() == Kind::kLoop ? options_.loop_stall : options_.worker_stall;
}

void StallWatch::Check(TimePoint now) {
  for (Watched& watched : threads_) {
    const actors::Activity::Snapshot seen = watched.activity->Read();
    const bool idle = seen.since == kForever;
    if (watched.told_step != 0 && (idle || seen.step != watched.told_step)) EndStall(watched, now);
    if (idle || watched.told_step != 0) continue;
    const Duration limit = Limit(watched);
    if (limit > Duration::zero() && now - seen.since >= limit) BeginStall(watched, seen, now);
  }
}

void StallWatch::BeginStall(Watched& watched, const actors::Activity::Snapshot& seen,
                            TimePoint now) {
  const Kind kind = watched.activity->kind();
  watched.told_step = seen.step;
  watched.since = seen.since;
  watched.holder = HolderOf(seen);
  stalls_[static_cast<size_t>(kind)].Add();
  const int64_t left_out = limiters_[static_cast<size_t>(kind)].Admit(now, kLogPeriod);
  watched.logged = left_out != LogLimiter::kRefused && LogEnabled(LogLevel::kWarning);
  if (!watched.logged) return;
  LogLine(LogLevel::kWarning, __FILE__, __LINE__).Suppressed(left_out)
      << "stall: " << watched.holder << " has held " << watched.activity->thread() << " for "
      << now - seen.since << Advice(kind, seen.cell != nullptr);
}

void StallWatch::EndStall(Watched& watched, TimePoint now) {
  watched.told_step = 0;
  if (!watched.logged) return;
  // It ended between the last look and this one.
  MAILROOM_LOG(kWarning) << "stall over: " << watched.holder << " held "
                         << watched.activity->thread() << " for about " << now - watched.since;
}

std::string StallWatch::HolderOf(const actors::Activity::Snapshot& seen) const {
  if (seen.cell == nullptr) return "one turn";
  return method_namer_(*seen.cell, seen.method);
}

}  // namespace mailroom::server
