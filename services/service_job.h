// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include <google/protobuf/arena.h>
#include <google/protobuf/message.h>

#include "mailroom/actors/call.h"
#include "mailroom/actors/envelope.h"
#include "mailroom/base/check.h"
#include "mailroom/base/home.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/task.h"
#include "mailroom/base/task_scope.h"
#include "mailroom/services/turns.h"

// ServiceJob: one call while its handler runs or is suspended: the envelope, the
// request in its arena, the Call, and the handler's task. Private to services and
// to generated code.
//
// Owned by its ServiceActor's table; owning worker only.
namespace mailroom::services {

// An arena with a block of its own, and the request in it, that serve call after call
// (S4). S8: workers never share one, so the arena needs no lock.
//
// A request that is parsed anew costs a fraction of a new one in a fresh arena, but keeps
// what its strings and unknown fields took from the heap: so only as long as all that
// was read into it is little (docs/design/0013).
class JobMemory final {
 public:
  JobMemory() : arena_(block_, sizeof(block_)) {}

  // A request of the kind of `prototype`, which has static storage, for `bytes` bytes
  // to be parsed into: it may still hold what the last one held. Valid until Recycle().
  google::protobuf::Message* NewRequest(const google::protobuf::Message& prototype, size_t bytes) {
    if (prototype_ != &prototype) {
      Empty();
      request_ = prototype.New(&arena_);
      prototype_ = &prototype;
    }
    read_bytes_ += bytes;
    return request_;
  }

  // After the call. `keep`: the request may serve the next call of its method.
  void Recycle(bool keep) {
    const bool little = read_bytes_ <= kMostReadBytes && arena_.SpaceAllocated() <= sizeof(block_);
    if (!keep || !little) Empty();
  }

 private:
  static constexpr size_t kMostReadBytes = 4096;

  void Empty() {
    arena_.Reset();
    request_ = nullptr;
    prototype_ = nullptr;
    read_bytes_ = 0;
  }

  // Holds a small request with room to spare; a larger one takes blocks from the
  // heap, which Reset() gives back.
  alignas(std::max_align_t) char block_[4096];
  google::protobuf::Arena arena_;
  google::protobuf::Message* request_ = nullptr;  // in the arena
  const google::protobuf::Message* prototype_ = nullptr;
  size_t read_bytes_ = 0;  // into request_, by all calls
};

// A message on its way between two actors of one process.
class MessageParcel final : public Parcel {
 public:
  static constexpr ParcelKind kKind = ParcelKind::kMessage;
  explicit MessageParcel(std::unique_ptr<google::protobuf::Message> message)
      : Parcel(kKind), message_(std::move(message)) {}
  google::protobuf::Message& message() { return *message_; }

 private:
  std::unique_ptr<google::protobuf::Message> message_;
};

// What the jobs of one actor share; it outlives them.
struct JobPlace {
  Home& home;
  actors::Runner& runner;
  SlotTable<Suspension>& suspensions;
  Turns& turns;
};

class ServiceJob final {
 public:
  // The call begins: it is in flight until the job is destroyed.
  ServiceJob(const JobPlace& place, Turn::Kind kind, actors::EnvelopePtr envelope,
             std::unique_ptr<JobMemory> memory)
      : turn_(place.turns, kind),
        envelope_(std::move(envelope)),
        memory_(std::move(memory)),
        call_(*envelope_, place.runner),
        home_(place.home),
        suspensions_(place.suspensions) {}
  ~ServiceJob() { DestroyTask(); }
  ServiceJob(const ServiceJob&) = delete;
  ServiceJob& operator=(const ServiceJob&) = delete;

  SlotId id() const { return id_; }
  Turn& turn() { return turn_; }
  // Once, right after the table has given the job its slot.
  void set_id(SlotId id) {
    id_ = id;
    scope_.emplace(home_, suspensions_, id);
  }

  actors::Envelope& envelope() { return *envelope_; }
  actors::EnvelopePtr TakeEnvelope() { return std::move(envelope_); }
  // False once the answer is on its way.
  bool unanswered() const { return envelope_ != nullptr; }
  actors::Call& call() { return call_; }
  JobMemory& memory() { return *memory_; }
  std::unique_ptr<JobMemory> TakeMemory() { return std::move(memory_); }

  // The decoded request, in the arena or in the envelope's parcel.
  const google::protobuf::Message* request() const { return request_; }
  void set_request(const google::protobuf::Message* request) { request_ = request; }

  // Keeps the handler's task and runs it until it first suspends or ends.
  template <class T>
  void StartTask(Task<T> task) {
    static_assert(sizeof(Task<T>) == sizeof(task_), "a task is one pointer");
    MAILROOM_DCHECK(destroy_task_ == nullptr);
    ::new (static_cast<void*>(task_)) Task<T>(std::move(task));
    destroy_task_ = [](void* at) { std::launder(reinterpret_cast<Task<T>*>(at))->~Task<T>(); };
    task_done_ = [](const void* at) {
      return std::launder(reinterpret_cast<const Task<T>*>(at))->done();
    };
    this->task<T>().Start(*scope_);
  }
  template <class T>
  Task<T>& task() {
    return *std::launder(reinterpret_cast<Task<T>*>(task_));
  }
  bool has_task() const { return destroy_task_ != nullptr; }
  bool task_done() const { return task_done_(task_); }
  // Cancels what is suspended.
  void DestroyTask() {
    if (auto destroy = std::exchange(destroy_task_, nullptr)) destroy(task_);
  }

  // Set once the job is in the actor's map of suspended calls.
  bool cancelable = false;

 private:
  SlotId id_;
  Turn turn_;
  actors::EnvelopePtr envelope_;
  std::unique_ptr<JobMemory> memory_;
  actors::Call call_;
  Home& home_;
  SlotTable<Suspension>& suspensions_;
  std::optional<TaskScope> scope_;
  const google::protobuf::Message* request_ = nullptr;
  alignas(void*) unsigned char task_[sizeof(void*)] = {};
  void (*destroy_task_)(void*) = nullptr;
  bool (*task_done_)(const void*) = nullptr;
};

}  // namespace mailroom::services
