// SPDX-License-Identifier: Apache-2.0
#include "mailroom/tests/fuzz/exchanges.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "mailroom/base/check.h"
#include "mailroom/base/clock.h"
#include "mailroom/http/engine.h"
#include "mailroom/http/http1_engine.h"
#include "mailroom/http/testing/text_output.h"
#include "mailroom/tests/fuzz/target.h"

namespace mailroom::fuzz {
namespace {

class Feeder final {
 public:
  Feeder(const Feeding& feeding, http::Http1Pool& pool)
      : feeding_(feeding), pool_(pool), engine_(http::MakeHttp1Engine(pool)) {}

  void Add(BytesView piece) {
    memory_.emplace(std::string(input_).append(piece));
    input_ = memory_->view();
    while (Step()) {
    }
    CheckBound();
  }

  Exchanges Finish() {
    AnswerAll();
    if (is_open_) said_.complete.pop_back();
    said_.refused = bad_.has_value();
    said_.must_close = engine_->state().must_close;
    engine_.reset();
    MAILROOM_CHECK(pool_.lent() == 0);
    return std::move(said_);
  }

 private:
  // Whether to go on.
  bool Step() {
    const http::Event event = engine_->Next(input_, &consumed_, out_);
    MAILROOM_CHECK(consumed_ <= input_.size());
    const bool goes_on = std::visit([this](const auto& one) { return Note(one); }, event);
    said_.taken += consumed_;
    input_.remove_prefix(consumed_);
    return goes_on;
  }

  bool Note(const http::NeedMore&) {
    if (engine_->state().at_rest) MAILROOM_CHECK(pool_.lent() == 0);
    if (answered_ == complete_) return false;
    while (answered_ < complete_) Answer(200);
    return true;
  }
  bool Note(const http::Head& head);
  bool Note(const http::Body& body);
  bool Note(const http::End& end);
  bool Note(const http::Bad& bad);
  template <class NotOfHttp1>
  bool Note(const NotOfHttp1&) {
    MAILROOM_CHECK(false && "HTTP/1.1 has no such event");
    return false;
  }

  void Answer(int status);
  void AnswerAll();
  void NoteSent();
  void CheckInside(std::string_view view) const {
    if (view.empty()) return;
    MAILROOM_CHECK(view.data() >= input_.data());
    MAILROOM_CHECK(view.data() + view.size() <= input_.data() + input_.size());
  }
  // A remembered head's text is its own; the input says the same.
  void CheckText(const http::Head& head, std::string_view view) const {
    if (head.number == 0) {
      CheckInside(view);
    } else {
      MAILROOM_CHECK(input_.substr(0, consumed_).find(view) != BytesView::npos);
    }
  }
  void CheckBound() const;

  const Feeding feeding_;
  http::Http1Pool& pool_;
  std::unique_ptr<http::Engine> engine_;
  http::testing::TextOutput out_;
  std::optional<ExactCopy> memory_;
  BytesView input_;  // what is not consumed yet, at the end of the memory
  size_t consumed_ = 0;
  Exchanges said_;
  uint32_t given_ = 0;     // heads
  uint32_t complete_ = 0;  // Ends
  uint32_t answered_ = 0;
  size_t body_ = 0;
  bool is_open_ = false;  // a head without its End
  std::optional<http::Bad> bad_;
};

bool Feeder::Note(const http::Head& head) {
  MAILROOM_CHECK(!bad_ && !is_open_ && consumed_ > 0);
  MAILROOM_CHECK(static_cast<uint32_t>(head.stream) == ++given_);
  MAILROOM_CHECK(given_ - answered_ <= http::kMaxUnanswered);
  for (const std::string_view view : {head.method, head.target, head.authority}) {
    CheckText(head, view);
  }
  MAILROOM_CHECK(!head.method.empty() && !head.target.empty() && !head.path.empty());
  MAILROOM_CHECK(head.headers->size() <= feeding_.limits.header_count);
  said_.events.append(head.method).append(" ").append(head.target).append(" ");
  said_.events.append(head.path).append("?").append(head.query).append(" ");
  said_.events.append(head.authority);
  for (const http::Field& field : *head.headers) {
    CheckText(head, field.name);
    CheckText(head, field.value);
    said_.events.append("|").append(field.name).append(": ").append(field.value);
  }
  said_.events.append(head.has_body ? "|[" : "|-[");
  said_.complete.push_back({std::string(head.method), std::string(head.target), "", 0});
  is_open_ = true;
  body_ = 0;
  if (head.has_body) engine_->Grant(head.stream, SIZE_MAX, out_);
  return true;
}

bool Feeder::Note(const http::Body& body) {
  MAILROOM_CHECK(is_open_ && !bad_ && static_cast<uint32_t>(body.stream) == given_);
  MAILROOM_CHECK(!body.bytes.empty() && consumed_ >= body.bytes.size());
  CheckInside(body.bytes);
  body_ += body.bytes.size();
  MAILROOM_CHECK(body_ <= feeding_.limits.body_bytes);
  said_.events += body.bytes;
  said_.complete.back().body += body.bytes;
  return true;
}

bool Feeder::Note(const http::End& end) {
  MAILROOM_CHECK(is_open_ && !bad_ && static_cast<uint32_t>(end.stream) == given_);
  is_open_ = false;
  ++complete_;
  said_.events += "].";
  said_.complete.back().end = said_.taken + consumed_;
  if (complete_ == 1 && feeding_.close_early) engine_->StartClosing(out_);
  if (!feeding_.answer_late) Answer(200);
  return true;
}

bool Feeder::Note(const http::Bad& bad) {
  MAILROOM_CHECK(engine_->state().must_close);
  MAILROOM_CHECK(bad.status >= 400 && bad.status <= 505 && !bad.reason.empty());
  if (bad_) {
    MAILROOM_CHECK(bad.status == bad_->status && bad.reason == bad_->reason && consumed_ == 0);
    return false;
  }
  bad_ = bad;
  said_.events += " " + std::to_string(bad.status) + " " + bad.reason;
  return true;  // once more: it stays bad
}

// The next one to answer gets an empty answer.
void Feeder::Answer(int status) {
  const http::StreamId stream{++answered_};
  http::ResponseHead head;
  head.status = status;
  head.content_length = 0;
  head.last = true;
  MAILROOM_CHECK(engine_->Sendable(stream) > 0);
  engine_->SendHead(stream, head, WallTime(), out_);
  NoteSent();
}

// Whether 100-continue is sent depends on how the bytes were cut.
void Feeder::NoteSent() {
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  std::string sent = out_.Take();
  for (size_t at = sent.find(kContinue); at != std::string::npos; at = sent.find(kContinue)) {
    sent.erase(at, kContinue.size());
  }
  said_.sent += sent;
}

void Feeder::AnswerAll() {
  while (answered_ < complete_) Answer(200);
  if (bad_ && static_cast<uint32_t>(bad_->stream) == answered_ + 1) Answer(bad_->status);
}

// What waits for more is one structure at most; nothing waits behind the last request.
void Feeder::CheckBound() const {
  if (bad_ || engine_->state().must_close) return;
  const http::Limits& limits = feeding_.limits;
  const size_t head = limits.request_line + limits.header_bytes;
  const size_t chunk = limits.chunk_extra_bytes + limits.trailer_bytes;
  constexpr size_t kLineEnds = 64;
  MAILROOM_CHECK(input_.size() <= std::max(head, chunk) + kLineEnds);
}

}  // namespace

Exchanges Feed(const Feeding& feeding, BytesView bytes, const Cuts& cuts) {
  http::Http1Pool pool(feeding.limits);
  return Feed(feeding, bytes, cuts, pool);
}

Exchanges Feed(const Feeding& feeding, BytesView bytes, const Cuts& cuts, http::Http1Pool& pool) {
  Feeder feeder(feeding, pool);
  for (size_t i = 0; !cuts.empty() && !bytes.empty(); ++i) {
    const size_t size = std::min(cuts[i % cuts.size()], bytes.size());
    feeder.Add(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  feeder.Add(bytes);
  return feeder.Finish();
}

Cuts CutsOf(std::string_view pattern) {
  Cuts cuts;
  for (const char c : pattern) cuts.push_back(Number(c, 32) + 1);
  return cuts;
}

http::Limits SmallLimits() {
  http::Limits limits;
  limits.request_line = 80;
  limits.header_bytes = 160;
  limits.header_count = 8;
  limits.body_bytes = 100;
  limits.chunk_extra_bytes = 30;
  limits.trailer_bytes = 60;
  return limits;
}

}  // namespace mailroom::fuzz
