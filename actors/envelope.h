// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "mailroom/base/clock.h"
#include "mailroom/base/home.h"
#include "mailroom/base/metadata.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/status.h"
#include "mailroom/base/wire_format.h"

// Envelope: one call on its way out to an actor and home again.
//
// The sender fills the upper half and posts it as mail; the actor fills the
// lower half and calls Answer(), which posts the same record home as a
// completion that names `call`. Queues carry its address only. The sender may
// keep used envelopes and send them again after Reset(), which keeps memory.
//
// Invariants:
//   1 Exactly one completion leaves for each envelope that was posted: an
//     EnvelopePtr that dies without Answer() goes home with `internal: reply
//     dropped`. Answering twice does not compile: Answer takes the pointer.
//   2 One owner at a time; ownership crosses threads only through a mailbox.
namespace mailroom::actors {

class Envelope;

// Sends what was forgotten home.
struct EnvelopeDropped {
  void operator()(Envelope* envelope) const noexcept;
};
using EnvelopePtr = std::unique_ptr<Envelope, EnvelopeDropped>;

class Envelope final : public Parcel {
 public:
  static constexpr ParcelKind kKind = ParcelKind::kEnvelope;
  Envelope() : Parcel(kKind) {}

  // Empty again; strings and lists keep their memory up to a bound.
  void Reset();
  // The request's bytes and the answer are not needed any more, nor is much memory for them.
  void DropRequest();
  void DropAnswer();

  // Where the answer goes. Null only before the envelope is addressed: such a
  // one is simply deleted when it is dropped.
  Home* home = nullptr;
  CallId call;
  uint32_t replica_index = 0;  // the sender's: which replica it chose; comes home unchanged

  uint32_t method = 0;            // the index of the method in the actor's service
  WireForm wire;                  // how request and reply are written; nothing here reads it
  TimePoint deadline = kForever;  // passed: answered, not run
  TimePoint posted_at;            // when the mail was posted, by the sender's clock
  TimePoint taken_at;             // when the actor's turn came; the cell's to set
  std::string peer;               // "127.0.0.1:40112"; "in-process"
  Metadata metadata;              // the request's
  std::string request;            // its bytes; ends when decoding returns
  size_t request_charge = 0;      // the sender's account of it, until the envelope is home
  ParcelPtr typed_request;        // or the message itself, when the sender is in this process

  // The answer.
  Status status;
  Metadata headers;   // leading
  Metadata trailers;  // trailing
  std::string reply;
  ParcelPtr typed_reply;
};

// Posts the envelope home with what stands in its lower half.
void Answer(EnvelopePtr envelope) noexcept;
// The same with `status` and no reply.
void AnswerError(EnvelopePtr envelope, Status status) noexcept;

}  // namespace mailroom::actors
