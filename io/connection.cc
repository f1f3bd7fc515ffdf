// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/connection.h"

#include <utility>

#include "mailroom/base/check.h"
#include "mailroom/io/connection_set.h"

namespace mailroom::io {

// What the handler calls.

Connection::Connection(ConnectionSet& set, Socket socket, const Address& peer)
    : set_(set), socket_(std::move(socket)), peer_(peer) {}

Connection::~Connection() = default;

BytesView Connection::input() const { return set_.IsReading(*this) ? set_.fresh() : input_.view(); }

void Connection::Consume(size_t n) {
  set_.AssertHeld();
  MAILROOM_DCHECK(n <= input().size());
  if (set_.IsReading(*this)) {
    set_.ConsumeFresh(n);
  } else {
    const bool was_full = input_.size() > set_.limits().max_input;
    input_.Consume(n);
    if (input_.empty()) input_.Release();
    if (was_full) set_.MarkDirty(*this);  // reading may go on
  }
}

void Connection::PauseReading() {
  set_.AssertHeld();
  paused_ = true;
}

void Connection::ResumeReading() {
  set_.AssertHeld();
  if (!std::exchange(paused_, false)) return;
  if (closing_) return;
  if (!input().empty()) set_.MarkOffered(*this);
  if (!armed_.readable) set_.MarkDirty(*this);
}

void Connection::Write(BytesView bytes) {
  set_.AssertHeld();
  if (closing_ || bytes.empty()) return;
  Output().Append(bytes);
}

void Connection::Write(std::string&& bytes) {
  set_.AssertHeld();
  if (closing_ || bytes.empty()) return;
  Output().AppendOwned(std::move(bytes));
}

OutputQueue& Connection::WriteQueue() {
  set_.AssertHeld();
  return closing_ ? set_.Discard() : Output();
}

size_t Connection::queued_output() const { return output_ == nullptr ? 0 : output_->size(); }

void Connection::CloseAfterFlush() {
  set_.AssertHeld();
  if (closing_ || std::exchange(finishing_, true)) return;
  set_.MarkDirty(*this);
}

void Connection::Close(Status why) {
  set_.AssertHeld();
  if (std::exchange(closing_, true)) return;
  why_ = std::move(why);
  set_.MarkClosing(*this);
  if (queued_output() > 0) set_.MarkDirty(*this);
}

// Step 3.

void Connection::OnReady(const Ready& ready) {
  if (ready.writable && std::exchange(blocked_, false)) {
    set_.MarkDirty(*this);  // write interest has to go
    Flush();
    if (closing_) return;
  }
  if (!ready.readable && !ready.eof && !ready.error) return;
  if (WantsRead()) {
    ReadSome(ready.error);
  } else if (ready.error) {
    // Not read: whatever the peer had sent before could not be answered.
    Reset(Status::Static(Code::kUnavailable, "the peer reset the connection or hung up"));
  } else {
    quiet_ = true;
    set_.MarkDirty(*this);
    if (ready.eof) NoteEnd();
  }
}

void Connection::NoteEnd() {
  if (peer_ending()) return;
  end_seen_ = true;
  if (!finishing_) set_.handler().OnPeerEnd(*this);
}

bool Connection::WantsRead() const {
  if (ended_ || closing_) return false;
  return lingering_ || (MayOffer() && input_.size() <= set_.limits().max_input);
}

void Connection::ReadSome(bool hung_up) {
  const std::span<char> buffer = set_.read_buffer();
  ++set_.counters().reads;
  IoResult result = set_.poller().Receive(socket_.fd(), buffer);
  switch (result.state) {
    case IoResult::State::kDone:
      set_.counters().bytes_in += result.bytes;
      if (lingering_) {
        Discard(result.bytes);
      } else {
        Offer(BytesView(buffer.data(), result.bytes));
      }
      return;
    case IoResult::State::kEnded:
      ended_ = true;
      if (lingering_) {
        Close();
        return;
      }
      set_.MarkDirty(*this);  // read interest has to go, or the end is reported for ever
      Offer(BytesView());
      return;
    case IoResult::State::kFailed:
      Reset(std::move(result.error));
      return;
    case IoResult::State::kWouldBlock:
      if (hung_up) Reset(Status::Static(Code::kUnavailable, "the peer hung up"));
      return;
  }
}

void Connection::Offer(BytesView fresh) {
  // The shared buffer is lent for the hook only when nothing stands before it.
  const bool lend = input_.empty();
  if (lend) {
    set_.BeginReading(*this, fresh);
  } else {
    input_.Append(fresh);
  }
  const size_t offered = input().size();
  set_.handler().OnRead(*this);
  const size_t left = input().size();
  if (lend) input_.Append(set_.EndReading());
  if (left == 0) {
    input_.Release();
  } else if (left < offered && MayOffer()) {
    set_.MarkOffered(*this);  // one message a hook: the next one is in here
  }
}

void Connection::Reset(Status why) {
  ++set_.counters().resets;
  ReleaseOutput();
  const bool tell = !lingering_;
  Close(std::move(why));
  if (tell) set_.handler().OnReset(*this);
}

// Step 7.

void Connection::FinishTurn() {
  if (queued_output() > 0 && (!blocked_ || closing_)) {
    Flush();
  } else {
    CheckWaterMarks();
  }
  if (finishing_ && !closing_ && queued_output() == 0) EndOutput();
  if (!closing_) SyncInterest();
}

void Connection::Flush() {
  if (queued_output() == 0) return;
  BytesView pieces[Socket::kMaxPieces];
  const size_t count = output_->Gather(pieces);
  ++set_.counters().writes;
  IoResult result = set_.poller().Send(socket_.fd(), std::span(pieces, count));
  if (result.state == IoResult::State::kFailed) {
    ReleaseOutput();
    Close(std::move(result.error));
    return;
  }
  set_.counters().bytes_out += result.bytes;
  output_->Advance(result.bytes);
  blocked_ = !output_->empty();
  CheckWaterMarks();
}

bool Connection::TakesMore() {
  set_.AssertHeld();
  if (queued_output() > set_.limits().high_water) over_high_water_ = true;
  return !over_high_water_;
}

void Connection::CheckWaterMarks() {
  const Limits& limits = set_.limits();
  const size_t queued = queued_output();
  if (queued == 0) ReleaseOutput();
  if (queued > limits.hard_cap) {
    ++set_.counters().overflows;
    ReleaseOutput();
    Close(Status::Static(Code::kResourceExhausted, "output over the hard cap: a slow peer"));
  } else if (queued > limits.high_water) {
    over_high_water_ = true;
  } else if (over_high_water_ && queued <= limits.low_water) {
    over_high_water_ = false;
    if (closing_) return;
    if (!input_.empty()) set_.MarkOffered(*this);
    set_.handler().OnDrained(*this);
    set_.NoteLateHook();
  }
}

void Connection::EndOutput() {
  if (lingering_) return;
  if (ended_ || set_.limits().linger <= Duration::zero() || !socket_.ShutdownWrite().ok()) {
    Close();
    return;
  }
  lingering_ = true;
  linger_left_ = set_.limits().linger_bytes;
  input_.Release();
  set_.MarkLingering(*this);
}

void Connection::Discard(size_t n) {
  if (n <= linger_left_) {
    linger_left_ -= n;
    return;
  }
  ++set_.counters().linger_cuts;
  Close();
}

void Connection::SyncInterest() {
  Interest wanted = {.readable = armed_.readable, .writable = blocked_, .end = armed_.end};
  if (WantsRead()) {
    wanted.readable = true;
    wanted.end = false;
  } else if (quiet_ || ended_) {
    wanted.readable = false;
    wanted.end = !peer_ending();
  }
  quiet_ = false;
  if (wanted == armed_) return;
  ++set_.counters().interest_changes;
  Status changed = set_.poller().Modify(socket_.fd(), id_, wanted);
  if (changed.ok()) {
    armed_ = wanted;
  } else {
    Close(std::move(changed));
  }
}

OutputQueue& Connection::Output() {
  set_.MarkDirty(*this);
  if (output_ == nullptr) output_ = set_.TakeOutput();
  return *output_;
}

void Connection::ReleaseOutput() {
  if (output_ == nullptr) return;
  set_.GiveOutput(std::move(output_));
  blocked_ = false;
}

}  // namespace mailroom::io
