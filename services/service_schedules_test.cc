// SPDX-License-Identifier: Apache-2.0
// Seeded schedules of one service actor: exclusive and concurrent calls that sleep,
// yield, fail, are cancelled and time out, in any order, on the manual runner.
//
// What must hold, whatever the order:
//   1 Nothing steps between the begin of an exclusive call and its end.
//   2 Each call is answered exactly once (the stage checks that), also when the cell
//     stops in the middle.
//   3 At rest no mail waits unless an exclusive call is suspended or max_in_flight
//     calls are: nobody waits for sleepers.
//   4 Everything ends in the time that its sleeps take: nothing starves.
//   5 The other calls' steps follow in the order in which their waits ended.
//   6 A cancel ends a suspended call without side effects at once, kept or not.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/actors/call.h"
#include "mailroom/base/log.h"
#include "mailroom/base/random.h"
#include "mailroom/base/sanitizers.h"
#include "mailroom/probe/v1/probe.mailroom.h"
#include "mailroom/services/testing/service_stage.h"

namespace mailroom::services {
namespace {

using probe::v1::ProbeRequest;
using probe::v1::ProbeResponse;
using std::chrono::milliseconds;

constexpr uint64_t kSchedules = kSanitized ? 1000 : 10000;
constexpr uint32_t kMovesOfASchedule = 60;
// Bounds what is left to sleep when the moves are over.
constexpr uint32_t kMostSleeps = 3;
constexpr uint32_t kMostSleepMs = 4;

// In the order of the service's methods.
enum Method : uint32_t { kExclusive, kConcurrent, kPeek, kAtOnce, kInspect, kMethods };

bool IsExclusive(uint32_t method) { return method != kConcurrent && method != kPeek; }
bool HasNoSideEffects(uint32_t method) { return method == kPeek || method == kInspect; }

struct Event {
  enum class What { kBegin, kStep, kEnd };
  What what;
  uint32_t call;  // its number: the request's word
  TimePoint due;  // of a step: when its wait was over
};

class ScheduledActor final : public probe::v1::ProbeServiceActor<ScheduledActor> {
 public:
  explicit ScheduledActor(std::vector<Event>& events) : events_(events) {}

  MAILROOM_TASK_WRAPPER Task<Result<ProbeResponse>> Exclusive(const ProbeRequest& request,
                                                              Call& call) {
    return Wait(request, call);
  }
  MAILROOM_TASK_WRAPPER Task<Result<ProbeResponse>> Concurrent(const ProbeRequest& request,
                                                               Call& call) {
    return Wait(request, call);
  }
  MAILROOM_TASK_WRAPPER Task<Result<ProbeResponse>> Peek(const ProbeRequest& request, Call& call) {
    return Wait(request, call);
  }
  MAILROOM_TASK_WRAPPER Task<Result<ProbeResponse>> Inspect(const ProbeRequest& request,
                                                            Call& call) {
    return Wait(request, call);
  }
  Result<ProbeResponse> AtOnce(const ProbeRequest& request, Call&) {
    const Witness witness(events_, request);
    if (request.fail()) throw std::runtime_error("wanted");
    return ProbeResponse();
  }

 private:
  // Notes the begin and, however it comes, the end.
  class Witness final {
   public:
    Witness(std::vector<Event>& events, const ProbeRequest& request)
        : events_(events), number_(static_cast<uint32_t>(std::stoul(request.word()))) {
      events_.push_back(Event{Event::What::kBegin, number_, TimePoint()});
    }
    ~Witness() { events_.push_back(Event{Event::What::kEnd, number_, TimePoint()}); }
    Witness(const Witness&) = delete;
    Witness& operator=(const Witness&) = delete;
    void Step(TimePoint due) const { events_.push_back(Event{Event::What::kStep, number_, due}); }

   private:
    std::vector<Event>& events_;
    const uint32_t number_;
  };

  Task<Result<ProbeResponse>> Wait(const ProbeRequest& request, Call& call) {
    const Witness witness(events_, request);
    if (request.fail()) throw std::runtime_error("wanted");
    for (uint32_t sleep = 0; sleep < request.sleeps(); ++sleep) {
      // The second sleep is another one than the first; 0 is a yield.
      const milliseconds length((request.sleep_ms() + 3 * sleep) % (kMostSleepMs + 1));
      const TimePoint due = call.now() + length;
      if (length == milliseconds(0)) {
        co_await call.Yield();
      } else {
        co_await call.Sleep(length);
      }
      witness.Step(due);
    }
    if (request.fail_late()) throw std::runtime_error("wanted");
    co_return ProbeResponse();
  }

  std::vector<Event>& events_;
};

// One schedule; the harness plays the loop: it ends calls at their deadline with a cancel.
class Schedule final {
 public:
  explicit Schedule(uint64_t seed) : random_(seed) {}

  void Run() {
    const bool stops = random_.OneIn(8);
    const uint32_t moves = stops ? random_.Below(kMovesOfASchedule) : kMovesOfASchedule;
    for (uint32_t move = 0; move < moves; ++move) {
      Move();
      if (::testing::Test::HasFailure()) return;
    }
    if (stops) {
      stage_.cell().Stop();
      stage_.Run();
      EXPECT_EQ(stage_.runner().pending_timers(), 0u);
    } else {
      LetAllEnd();
    }
    for (const Posted& call : calls_) EXPECT_NE(stage_.ReplyTo(call.id), nullptr);
    CheckEvents();
  }

 private:
  struct Posted {
    CallId id;
    uint32_t method;
    TimePoint deadline;
    bool canceled = false;
  };

  void Move() {
    switch (random_.Below(8)) {
      case 0:
      case 1:
      case 2:
        PostOne();
        break;
      case 3:
        if (!calls_.empty()) Cancel(random_.Below(static_cast<uint32_t>(calls_.size())));
        break;
      case 4:
        stage_.runner().RunOne();
        break;
      case 5:
        Rest();
        break;
      default:
        Advance(random_.Below(kMostSleepMs));
    }
  }

  void PostOne() {
    const uint32_t method = random_.Below(kMethods);
    ProbeRequest request;
    request.set_word(std::to_string(calls_.size()));
    request.set_sleeps(random_.Below(kMostSleeps + 1));
    request.set_sleep_ms(random_.Below(kMostSleepMs + 1));
    request.set_fail(random_.OneIn(12));
    request.set_fail_late(random_.OneIn(6));
    if (stage_.cell().mailbox().depth() == testing::Stage::kMailboxCapacity) return;
    const TimePoint deadline =
        random_.OneIn(4) ? Now() + milliseconds(random_.Below(10)) : kForever;
    const CallId id =
        stage_.Post(method, request.SerializeAsString(), WireFormat::kProto, deadline);
    calls_.push_back(Posted{id, method, deadline});
  }

  void Cancel(uint32_t number) {
    calls_[number].canceled = true;
    stage_.Cancel(calls_[number].id);
  }

  void Advance(uint32_t ms) {
    stage_.runner().Advance(milliseconds(ms));
    for (uint32_t number = 0; number < calls_.size(); ++number) {
      Posted& call = calls_[number];
      if (!call.canceled && Expired(Now(), call.deadline)) Cancel(number);
    }
  }

  // Runs until nothing moves, and looks around.
  void Rest() {
    stage_.Run();
    std::vector<bool> suspended(calls_.size());
    size_t count = 0;
    bool exclusive = false;
    for (const Event& event : events_) {
      suspended[event.call] = event.what != Event::What::kEnd;
    }
    for (uint32_t number = 0; number < calls_.size(); ++number) {
      if (!suspended[number]) continue;
      ++count;
      const Posted& call = calls_[number];
      exclusive = exclusive || IsExclusive(call.method);
      EXPECT_FALSE(call.canceled && HasNoSideEffects(call.method)) << "call " << number;
    }
    EXPECT_LE(count, most_in_flight());
    if (!exclusive && count < most_in_flight()) {
      EXPECT_EQ(stage_.cell().mailbox().depth(), 0u);
    }
  }

  // One call at a time, at worst, from the first to the last.
  void LetAllEnd() {
    const size_t worst = calls_.size() * kMostSleeps * kMostSleepMs + 1;
    for (size_t ms = 0; ms < worst && !AllAnswered(); ++ms) {
      Rest();
      Advance(1);
    }
    Rest();
  }

  bool AllAnswered() {
    return std::all_of(calls_.begin(), calls_.end(),
                       [this](const Posted& call) { return stage_.ReplyTo(call.id) != nullptr; });
  }

  void CheckEvents() {
    std::optional<uint32_t> alone;
    TimePoint last_due;
    for (const Event& event : events_) {
      const uint32_t method = calls_[event.call].method;
      if (alone && event.call != *alone) {
        // A cancel, or the stop, destroys what is suspended: no step.
        EXPECT_EQ(event.what, Event::What::kEnd) << "call " << event.call << " in " << *alone;
      }
      if (IsExclusive(method)) {
        if (event.what == Event::What::kBegin) alone = event.call;
        if (event.what == Event::What::kEnd) alone.reset();
      } else if (event.what == Event::What::kStep) {
        EXPECT_GE(event.due, last_due) << "call " << event.call;
        last_due = event.due;
      }
    }
  }

  TimePoint Now() { return stage_.runner().clock().Now(); }
  static size_t most_in_flight() { return ScheduledActor::Spec().max_in_flight; }

  Random random_;
  std::vector<Event> events_;
  std::vector<Posted> calls_;
  testing::ServiceStage<ScheduledActor> stage_{events_};
};

TEST(ServiceSchedulesTest, HoldWhateverTheOrder) {
  LogOptions quiet;
  quiet.sink = [](std::string_view) {};
  InitLogging(quiet);
  for (uint64_t seed = 1; seed <= kSchedules; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    Schedule(seed).Run();
    if (HasFailure()) break;
  }
  InitLogging(LogOptions());
}

}  // namespace
}  // namespace mailroom::services
