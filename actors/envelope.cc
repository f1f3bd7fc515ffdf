// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/envelope.h"

#include <utility>

namespace mailroom::actors {
namespace {

// Larger strings give their memory back: one huge call must not make every
// pooled envelope huge for ever.
constexpr size_t kKeptBytes = 16 * 1024;

void Empty(std::string& text) {
  if (text.capacity() > kKeptBytes) {
    std::string().swap(text);
  } else {
    text.clear();
  }
}

void Empty(Metadata& metadata) {
  if (metadata.bytes() > kKeptBytes) {
    metadata = Metadata();
  } else {
    metadata.Clear();
  }
}

}  // namespace

void EnvelopeDropped::operator()(Envelope* envelope) const noexcept {
  if (envelope->home == nullptr) {
    delete envelope;
    return;
  }
  AnswerError(EnvelopePtr(envelope), Status::Static(Code::kInternal, "reply dropped"));
}

void Envelope::DropRequest() { Empty(request); }

void Envelope::DropAnswer() {
  status = Status();
  Empty(headers);
  Empty(trailers);
  Empty(reply);
}

void Envelope::Reset() {
  home = nullptr;
  call = CallId();
  replica_index = 0;
  method = 0;
  wire = WireForm();
  deadline = kForever;
  posted_at = TimePoint();
  taken_at = TimePoint();
  peer.clear();
  Empty(metadata);
  DropRequest();
  request_charge = 0;
  typed_request.reset();
  DropAnswer();
  typed_reply.reset();
}

void Answer(EnvelopePtr envelope) noexcept {
  Envelope* const raw = envelope.release();
  // Invariant 1: from here on nothing but the completion owns it.
  raw->home->Post(Completion{raw->call, ParcelPtr(raw)});
}

void AnswerError(EnvelopePtr envelope, Status status) noexcept {
  envelope->status = std::move(status);
  envelope->reply.clear();
  envelope->typed_reply.reset();
  Answer(std::move(envelope));
}

}  // namespace mailroom::actors
