// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "mailroom/actors/cell.h"
#include "mailroom/actors/testing/manual_runner.h"
#include "mailroom/base/slot_table.h"
#include "mailroom/base/task.h"
#include "mailroom/base/testing/recording_home.h"
#include "mailroom/services/in_process_channel.h"
#include "mailroom/services/service_actor.h"

// ServiceStage: one service actor on a ManualRunner, and its callers, all on the
// test's thread. Nothing happens before the test says so, and time stands still.
//
//     ServiceStage<GreetActor> stage;
//     GreetServiceClient greet(stage.channel());
//     auto call = stage.Start(greet.Greet(request));
//     stage.Run();
//     EXPECT_EQ(call.Take()->message(), "Hello, Ada");
//
// Callers are clients in this process (Start) or bytes as from an I/O actor (Post).
namespace mailroom::services::testing {

// A task of a caller. Lives no longer than its stage.
template <class T>
class Caller final {
 public:
  Caller(Task<T> task, Home& home, SlotTable<Suspension>& suspensions)
      : scope_(std::make_unique<TaskScope>(home, suspensions, SlotId())), task_(std::move(task)) {
    task_.Start(*scope_);
  }
  bool done() const { return task_.done(); }
  // REQUIRES: done(); once.
  T Take() { return task_.TakeResult(); }

 private:
  std::unique_ptr<TaskScope> scope_;
  Task<T> task_;
};

// The part of a ServiceStage that does not depend on the actor's type; use ServiceStage.
class Stage {
 public:
  static constexpr size_t kMailboxCapacity = 64;

  Stage(const rpc::ServiceSpec& spec, std::unique_ptr<ServiceActor> actor);

  actors::testing::ManualRunner& runner() { return runner_; }
  actors::Cell& cell() { return cell_; }
  rpc::Channel& channel() { return channel_; }

  template <class T>
  Caller<T> Start(Task<T> task) {
    return Caller<T>(std::move(task), home_, suspensions_);
  }
  // Starts the task and runs everything, time excepted, until it has ended.
  template <class T>
  T Finish(Task<T> task) {
    Caller<T> caller = Start(std::move(task));
    Run();
    return caller.Take();
  }

  // Posts a call with this body. CHECKs that the mailbox took it.
  CallId Post(uint32_t method, std::string body, WireFormat format = WireFormat::kProto,
              TimePoint deadline = kForever);
  // The same with what `prepare` does to the envelope before it leaves.
  CallId Post(uint32_t method, std::string body,
              const std::function<void(actors::Envelope&)>& prepare);
  // What an I/O actor posts when the caller is gone.
  void Cancel(CallId call) { cell_.Post(Completion{call, nullptr}); }

  // Runs actors and callers until nothing moves.
  void Run();
  // The same after the clock has moved.
  void RunAfter(Duration time);

  // The answer to a posted call; null while there is none.
  actors::Envelope* ReplyTo(CallId call);

 private:
  actors::testing::ManualRunner runner_;
  mailroom::testing::RecordingHome home_;
  SlotTable<Suspension> suspensions_{SlotKind::kSuspension, 0};
  actors::Cell cell_;
  InProcessChannel channel_;
  actors::ActorRef ref_;
  uint32_t posted_ = 0;
  std::map<uint64_t, ParcelPtr> replies_;
};

template <class Actor>
class ServiceStage final : public Stage {
 public:
  template <class... Args>
  explicit ServiceStage(Args&&... args)
      : Stage(Actor::Spec(), std::make_unique<Actor>(std::forward<Args>(args)...)) {}
};

}  // namespace mailroom::services::testing
