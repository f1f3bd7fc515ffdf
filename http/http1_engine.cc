// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/http1_engine.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "mailroom/base/check.h"
#include "mailroom/http/head_memo.h"
#include "mailroom/http/http1_parser.h"
#include "mailroom/http/http1_writer.h"
#include "mailroom/http/later_version.h"
#include "mailroom/http/line_scan.h"

namespace mailroom::http {
namespace {

// RFC 9112 s2.2 asks to skip at least one empty line in front of a request.
constexpr uint8_t kMaxEmptyLines = 4;

// Credit that is never used up.
constexpr uint32_t kWithoutBound = std::numeric_limits<uint32_t>::max();

bool HasNoContent(int status) { return status == 204 || status == 304; }

class Http1Engine final : public Engine {
 public:
  explicit Http1Engine(Http1Pool& pool) : pool_(&pool) {}
  explicit Http1Engine(std::unique_ptr<Http1Pool> pool)
      : pool_(pool.get()), own_pool_(std::move(pool)) {}
  ~Http1Engine() override {
    GiveHeadersBack();
    GiveParserBack();
  }

  Event Next(BytesView input, size_t* consumed, Output& out) override;
  void Grant(StreamId stream, size_t bytes, Output& out) override;
  size_t Sendable(StreamId stream) const override {
    return IsNextToAnswer(stream) ? std::numeric_limits<size_t>::max() : 0;
  }
  void SendHead(StreamId stream, const ResponseHead& head, WallTime now, Output& out) override;
  void Send(StreamId stream, const BodyPart& part, bool last, Output& out) override;
  void SendTrailers(StreamId stream, const Headers& trailers, Output& out) override;
  void Reset(StreamId stream, ResetCode code, Output& out) override;
  void StartClosing(Output&) override { closing_ = true; }
  EngineState state() const override;

 private:
  // What comes next in the input.
  enum class Reading : uint8_t { kHead, kSizedBody, kTooLarge, kChunks, kEnd, kNothing };

  Event NextHead(BytesView input, size_t* consumed);
  Event NextSizedBody(BytesView input, size_t* consumed);
  Event NextChunk(BytesView input, size_t* consumed);
  Event ParseHead(BytesView block, bool body_is_here);
  Event TakeHead(const RequestHead& head, const Headers& fields, uint64_t number,
                 bool body_is_here);
  void UseCredit(size_t size);
  Event GiveEnd();
  Event Refuse(Fault fault);
  Event RefuseHead(Fault fault, BytesView input);

  bool SkipEmptyLines(BytesView input, size_t* skipped);
  bool MayBegin() const;
  void BeginStream(bool is_head_method, int version_minor);
  void ReadBodyOf(const RequestHead& head, bool body_is_here);
  void GiveHeadersBack();
  void GiveParserBack();

  bool WantsInput() const;
  bool AtRest() const { return reading_ == Reading::kHead && !scan_.begun(); }
  void Continue(Output& out);
  void EndAnswer(Output& out);

  StreamId current() const { return StreamId{given_}; }
  // In serial numbers, which may wrap.
  bool IsAnswered(StreamId stream) const {
    return static_cast<int32_t>(static_cast<uint32_t>(stream) - answered_) <= 0;
  }
  bool IsNextToAnswer(StreamId stream) const {
    return static_cast<uint32_t>(stream) == answered_ + 1 && answered_ != given_;
  }
  static uint32_t BitOf(uint32_t ordinal) { return uint32_t{1} << (ordinal % kMaxUnanswered); }
  void WriteHead(StreamId stream, const ResponseHead& head, WallTime now, Output& out);
  void WriteBody(const BodyPart& part, OutputQueue& queue);
  BodyFraming FramingOf(const ResponseHead& head) const;
  Persistence Persist(StreamId stream);
  bool IsVersion10() const { return (version_10_ & BitOf(answered_ + 1)) != 0; }

  Http1Pool* pool_;
  std::unique_ptr<Http1Pool> own_pool_;
  std::unique_ptr<Headers> headers_;     // while a Head's views are valid
  std::unique_ptr<Http1Parser> parser_;  // while a chunked body is incomplete
  uint64_t body_left_ = 0;
  size_t answer_left_ = 0;  // bytes of a content-length not sent yet
  HeadScan scan_;
  uint32_t credit_ = 0;    // of the current body; kWithoutBound: it has no end
  uint32_t given_ = 0;     // requests given, the ordinal of the last one
  uint32_t answered_ = 0;  // requests answered to the end
  // Of unanswered requests, by BitOf(): the method is HEAD; the version is 1.0.
  uint32_t head_method_ = 0;
  uint32_t version_10_ = 0;
  Reading reading_ = Reading::kHead;
  Fault fault_ = Fault::kNone;
  BodyFraming answering_ = BodyFraming::kNone;
  uint8_t empty_lines_ = 0;
  bool wants_continue_ : 1 = false;
  bool granted_ : 1 = false;     // 100-continue is due at the current stream's turn
  bool closing_ : 1 = false;     // StartClosing()
  bool closes_ : 1 = false;      // the last request given is the last
  bool head_sent_ : 1 = false;   // of the answer under way
  bool said_close_ : 1 = false;  // an answer did: nothing may follow that one
};

// 10,000 idle connections at 512 bytes each in all: an engine may take 100.
static_assert(sizeof(Http1Engine) <= 104);

Event Http1Engine::Next(BytesView input, size_t* consumed, Output&) {
  *consumed = 0;
  GiveHeadersBack();
  switch (reading_) {
    case Reading::kHead:
      return NextHead(input, consumed);
    case Reading::kSizedBody:
      return NextSizedBody(input, consumed);
    case Reading::kTooLarge:
      return Refuse(Fault::kBodyTooLarge);
    case Reading::kChunks:
      return NextChunk(input, consumed);
    case Reading::kEnd:
      return GiveEnd();
    case Reading::kNothing:
      break;
  }
  // Closed by Reset(), or by a fault.
  return fault_ == Fault::kNone ? Event(NeedMore{}) : Refuse(fault_);
}

Event Http1Engine::NextHead(BytesView input, size_t* consumed) {
  if (!MayBegin()) return NeedMore{};
  if (!scan_.begun() && !SkipEmptyLines(input, consumed)) {
    return RefuseHead(Fault::kEmptyLines, input);
  }
  input.remove_prefix(*consumed);
  if (input == "\r") return NeedMore{};
  const HeadMemo::Known* const known = scan_.begun() ? nullptr : pool_->memo().Recall(input);
  if (known != nullptr) {
    *consumed += known->block.size();
    return TakeHead(known->head, known->fields, known->number, input.size() > known->block.size());
  }
  Fault fault = Fault::kNone;
  switch (scan_.Scan(input, pool_->limits(), &fault)) {
    case Progress::kNeedMore:
      return NeedMore{};
    case Progress::kBad:
      return RefuseHead(fault, input);
    case Progress::kDone:
      break;
  }
  const size_t size = scan_.size();
  *consumed += size;
  return ParseHead(input.substr(0, size), input.size() > size);
}

// A lone CR behind them waits for its LF; followed by anything else it is the
// scan's to refuse.
bool Http1Engine::SkipEmptyLines(BytesView input, size_t* skipped) {
  while (input.substr(*skipped, 2) == "\r\n") {
    if (++empty_lines_ > kMaxEmptyLines) return false;
    *skipped += 2;
  }
  return true;
}

// Whether another request may be taken from the input at all.
bool Http1Engine::MayBegin() const {
  const bool all_answered = given_ == answered_;
  if (closes_ || (closing_ && !all_answered)) return false;
  return given_ - answered_ < kMaxUnanswered;
}

Event Http1Engine::ParseHead(BytesView block, bool body_is_here) {
  std::unique_ptr<Http1Parser> parser = pool_->BorrowParser();
  headers_ = pool_->BorrowHeaders();
  RequestHead head;
  const Limits& limits = pool_->limits();
  // In front of the request line's CRLF; the scan has found a version there.
  const size_t minor_at = scan_.request_line() - 3;
  const Fault fault =
      block[minor_at] <= '1'
          ? parser->ParseHead(block, limits, &head, headers_.get())
          : ParseLaterVersion(*parser, block, minor_at, limits, &head, headers_.get());
  parser_ = std::move(parser);
  if (fault != Fault::kNone) return RefuseHead(fault, block);
  if (!head.chunked) GiveParserBack();
  pool_->memo().Keep(block, head, *headers_);
  scan_ = HeadScan();
  return TakeHead(head, *headers_, /*number=*/0, body_is_here);
}

Event Http1Engine::TakeHead(const RequestHead& head, const Headers& fields, uint64_t number,
                            bool body_is_here) {
  empty_lines_ = 0;
  BeginStream(head.method == "HEAD", head.version_minor);
  const size_t most = pool_->limits().requests;
  if (!head.keep_alive || (most > 0 && given_ == most)) closes_ = true;
  ReadBodyOf(head, body_is_here);
  return Head{.stream = current(),
              .method = head.method,
              .target = head.target,
              .path = head.parts.path,
              .query = head.parts.query,
              .authority = head.parts.authority.empty() ? head.host : head.parts.authority,
              .content_type = head.content_type,
              .has_body = reading_ != Reading::kEnd,
              .awaits_grant = wants_continue_,
              .headers = &fields,
              .number = number};
}

void Http1Engine::BeginStream(bool is_head_method, int version_minor) {
  const uint32_t bit = BitOf(++given_);
  head_method_ = is_head_method ? head_method_ | bit : head_method_ & ~bit;
  version_10_ = version_minor == 0 ? version_10_ | bit : version_10_ & ~bit;
}

void Http1Engine::ReadBodyOf(const RequestHead& head, bool body_is_here) {
  const bool has_body = head.chunked || head.content_length > 0;
  reading_ = head.chunked ? Reading::kChunks : has_body ? Reading::kSizedBody : Reading::kEnd;
  // The head is given all the same: its protocol says no in its own words.
  if (head.content_length > pool_->limits().body_bytes) reading_ = Reading::kTooLarge;
  body_left_ = head.content_length;
  credit_ = 0;
  granted_ = false;
  wants_continue_ = has_body && head.expects_continue && !body_is_here;
}

Event Http1Engine::NextSizedBody(BytesView input, size_t* consumed) {
  if (input.empty() || credit_ == 0) return NeedMore{};
  const auto size = static_cast<size_t>(std::min<uint64_t>(body_left_, input.size()));
  *consumed = size;
  body_left_ -= size;
  UseCredit(size);
  wants_continue_ = false;
  if (body_left_ == 0) reading_ = Reading::kEnd;
  return Body{current(), input.substr(0, size)};
}

Event Http1Engine::NextChunk(BytesView input, size_t* consumed) {
  if (credit_ == 0) return NeedMore{};
  if (!input.empty()) wants_continue_ = false;
  const ChunkStep step = parser_->NextChunk(input, pool_->limits());
  *consumed = step.consumed;
  switch (step.kind) {
    case ChunkStep::Kind::kNeedMore:
      return NeedMore{};
    case ChunkStep::Kind::kData:
      UseCredit(step.data.size());
      return Body{current(), step.data};
    case ChunkStep::Kind::kEnd:
      GiveParserBack();
      return GiveEnd();
    case ChunkStep::Kind::kBad:
      break;
  }
  return Refuse(step.fault);
}

void Http1Engine::UseCredit(size_t size) {
  if (credit_ != kWithoutBound) credit_ -= static_cast<uint32_t>(std::min<size_t>(size, credit_));
}

Event Http1Engine::GiveEnd() {
  reading_ = Reading::kHead;
  return End{current()};
}

Event Http1Engine::Refuse(Fault fault) {
  GiveHeadersBack();
  GiveParserBack();
  fault_ = fault;
  reading_ = Reading::kNothing;
  granted_ = wants_continue_ = false;
  closes_ = true;
  return Bad{current(), FaultStatus(fault), FaultText(fault, pool_->limits())};
}

// The refused head has not become a stream yet. A HEAD stays one as far as it
// can be told, so that its answer has no body.
Event Http1Engine::RefuseHead(Fault fault, BytesView input) {
  BeginStream(input.substr(0, 5) == "HEAD ", 1);
  return Refuse(fault);
}

void Http1Engine::Grant(StreamId stream, size_t bytes, Output& out) {
  if (stream != current() || reading_ == Reading::kHead) return;
  const size_t credit = credit_ + std::min<size_t>(bytes, kWithoutBound);
  credit_ = static_cast<uint32_t>(std::min<size_t>(credit, kWithoutBound));
  // One that announces too much is refused next.
  if (!wants_continue_ || bytes == 0 || reading_ == Reading::kTooLarge) return;
  granted_ = true;
  if (IsNextToAnswer(stream) && !head_sent_) Continue(out);
}

// REQUIRES: it is the current stream's turn.
void Http1Engine::Continue(Output& out) {
  granted_ = wants_continue_ = false;
  WriteContinue(out.Queue().Tail());
}

EngineState Http1Engine::state() const {
  return {
      .reads = WantsInput(), .at_rest = AtRest(), .must_close = closes_ || (closing_ && AtRest())};
}

// RFC 9112 s9.3.2 allows to read ahead, and asks for care. A request that comes while another
// is under way waits in the kernel, where it costs us nothing.
bool Http1Engine::WantsInput() const {
  if (reading_ == Reading::kNothing) return false;
  const uint32_t whole = reading_ == Reading::kHead ? given_ : given_ - 1;
  if (static_cast<int32_t>(whole - answered_) > 0) return false;
  const bool has_body = reading_ == Reading::kSizedBody || reading_ == Reading::kChunks;
  return !has_body || credit_ > 0;
}

void Http1Engine::SendHead(StreamId stream, const ResponseHead& head, WallTime now, Output& out) {
  if (IsAnswered(stream)) return;
  MAILROOM_CHECK(IsNextToAnswer(stream) && !head_sent_ && head.status >= 200);
  head_sent_ = true;
  answering_ = said_close_ ? BodyFraming::kNone : FramingOf(head);
  answer_left_ = head.content_length.value_or(0);
  if (!said_close_) WriteHead(stream, head, now, out);
  if (head.last) EndAnswer(out);
}

void Http1Engine::WriteHead(StreamId stream, const ResponseHead& head, WallTime now, Output& out) {
  HeadLines lines;
  lines.status = head.status;
  lines.framing = answering_;
  lines.has_length = head.content_length.has_value() && !HasNoContent(head.status);
  lines.content_length = answer_left_;
  lines.content_type = head.content_type;
  lines.headers = head.headers;
  lines.persistence = Persist(stream);
  pool_->head_writer().Write(lines, now, out.Queue().Tail());
}

// Whether the connection outlives this answer, and what is said about it.
Persistence Http1Engine::Persist(StreamId stream) {
  const bool is_last = stream == current();
  if (is_last && (closing_ || wants_continue_)) closes_ = true;
  if (is_last) granted_ = wants_continue_ = false;
  if (answering_ == BodyFraming::kUntilClose) closes_ = true;
  said_close_ = answering_ == BodyFraming::kUntilClose || (is_last && closes_);
  if (said_close_) return Persistence::kClose;
  return IsVersion10() ? Persistence::kKeepAlive : Persistence::kSilent;
}

// RFC 9112 s6.3 from the sender's side.
BodyFraming Http1Engine::FramingOf(const ResponseHead& head) const {
  const bool is_head_method = (head_method_ & BitOf(answered_ + 1)) != 0;
  if (is_head_method || HasNoContent(head.status)) return BodyFraming::kNone;
  if (head.content_length.has_value()) return BodyFraming::kLength;
  return IsVersion10() ? BodyFraming::kUntilClose : BodyFraming::kChunked;
}

void Http1Engine::Send(StreamId stream, const BodyPart& part, bool last, Output& out) {
  if (IsAnswered(stream)) return;
  MAILROOM_CHECK(IsNextToAnswer(stream) && head_sent_);
  if (part.size > 0) WriteBody(part, out.Queue());
  if (last) EndAnswer(out);
}

void Http1Engine::WriteBody(const BodyPart& part, OutputQueue& queue) {
  switch (answering_) {
    case BodyFraming::kNone:
      return;
    case BodyFraming::kLength:
      // More would be read as the next answer.
      MAILROOM_CHECK(part.size <= answer_left_);
      answer_left_ -= part.size;
      queue.AppendPart(part.body, part.offset, part.size);
      return;
    case BodyFraming::kChunked:
      WriteChunkSize(part.size, queue.Tail());
      queue.AppendPart(part.body, part.offset, part.size);
      queue.Append("\r\n");
      return;
    case BodyFraming::kUntilClose:
      queue.AppendPart(part.body, part.offset, part.size);
      return;
  }
}

void Http1Engine::SendTrailers(StreamId stream, const Headers& trailers, Output& out) {
  if (IsAnswered(stream)) return;
  MAILROOM_CHECK(IsNextToAnswer(stream) && head_sent_);
  if (answering_ == BodyFraming::kChunked) {
    WriteLastChunk(&trailers, out.Queue().Tail());
    answering_ = BodyFraming::kNone;
  }
  EndAnswer(out);
}

void Http1Engine::EndAnswer(Output& out) {
  MAILROOM_CHECK(answering_ != BodyFraming::kLength || answer_left_ == 0);
  if (answering_ == BodyFraming::kChunked) WriteLastChunk(nullptr, out.Queue().Tail());
  head_sent_ = false;
  ++answered_;
  if (granted_ && IsNextToAnswer(current())) Continue(out);
}

// A stream ends by its connection alone.
void Http1Engine::Reset(StreamId stream, ResetCode, Output&) {
  if (IsAnswered(stream)) return;
  GiveHeadersBack();
  GiveParserBack();
  reading_ = Reading::kNothing;
  granted_ = wants_continue_ = head_sent_ = false;
  closes_ = said_close_ = true;
  answered_ = given_;
}

void Http1Engine::GiveHeadersBack() {
  if (headers_ != nullptr) pool_->GiveBack(std::move(headers_));
}

void Http1Engine::GiveParserBack() {
  if (parser_ != nullptr) pool_->GiveBack(std::move(parser_));
}

}  // namespace

std::unique_ptr<Engine> MakeHttp1Engine(Http1Pool& pool) {
  return std::make_unique<Http1Engine>(pool);
}

std::unique_ptr<Engine> MakeHttp1Engine(const Limits& limits) {
  return std::make_unique<Http1Engine>(std::make_unique<Http1Pool>(limits));
}

}  // namespace mailroom::http
