// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "mailroom/base/check.h"
#include "mailroom/base/slot_id.h"

// Home: where completions are posted and checked by generation.
//
// Whatever runs one thing at a time and can be posted to is a home: an I/O
// actor, a service actor. A completion (a reply, a timer, a cancel, a coroutine's
// resumption) names a slot in its home's tables. When that slot is gone the
// completion is stale: counted and dropped, never delivered to the slot's next
// owner. Starting a call is not a completion but mail (actors/mailbox.h), which may
// be refused.
//
// Completions are bounded by what was admitted before: calls and timers.
namespace mailroom {

// What a parcel is. Add a value with the first class that has it.
enum class ParcelKind : uint8_t {
  kEnvelope,  // a call, on its way out or home (actors/envelope.h)
  kMessage,   // the typed request or reply inside an envelope (services/service_job.h)
  kResult,    // what a coroutine waits for; its awaitable alone knows the class
};

// What a completion may carry. Owned by whoever holds the unique_ptr; destroyed
// on the home's thread as a rule, on the poster's only if the home is closing.
class Parcel {
 public:
  virtual ~Parcel() = default;

  ParcelKind kind() const { return kind_; }

 protected:
  explicit Parcel(ParcelKind kind) : kind_(kind) {}
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;

 private:
  const ParcelKind kind_;
};

using ParcelPtr = std::unique_ptr<Parcel>;

// The parcel as what it is: the only downcast of one. Ends the program when the kind is
// another one than T::kKind. Results share a kind: for those only a debug build checks the
// class, since nobody but their awaitable knows the slot they are posted to.
template <class T>
T& ParcelAs(Parcel& parcel) {
  MAILROOM_CHECK(parcel.kind() == T::kKind);
  MAILROOM_DCHECK(dynamic_cast<T*>(&parcel) != nullptr);
  return static_cast<T&>(parcel);
}

struct Completion {
  SlotId slot;
  ParcelPtr parcel;  // may be null: a timer, a bare resumption, a cancel
};

class Home {
 public:
  // Any thread. Never refuses, never waits, never throws. The home outlives
  // every envelope, timer and task that knows it.
  virtual void Post(Completion completion) noexcept = 0;
  // Any thread. Wakes the home's thread, so that it looks at what was posted: the
  // second half of a Post() whose wake was left to a batch (base/post_batch.h). Does
  // nothing for homes that do not sleep.
  virtual void Wake() noexcept {}

 protected:
  ~Home() = default;
};

}  // namespace mailroom
