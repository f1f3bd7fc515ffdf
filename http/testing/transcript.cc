// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/testing/transcript.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <variant>

#include <gtest/gtest.h>

#include "mailroom/http/http1_engine.h"
#include "mailroom/http/http1_pool.h"
#include "mailroom/http/testing/guarded_bytes.h"
#include "mailroom/http/testing/text_output.h"

namespace mailroom::http::testing {
namespace {

// Pulls events out of one engine and writes them down.
class Recorder {
 public:
  Recorder(Http1Pool& pool, size_t capacity) : engine_(MakeHttp1Engine(pool)), memory_(capacity) {}

  void Add(BytesView piece) {
    pending_ += piece;
    while (Step()) {
    }
  }

  Transcript Finish() {
    if (!refused_ && (open_body_ || !engine_->state().at_rest)) {
      if (open_body_) result_.line += "]";
      result_.line += "~";
    }
    if (!refused_ && engine_->state().must_close) result_.line += " close";
    return result_;
  }

 private:
  bool Step() {
    size_t consumed = 0;
    const BytesView input = memory_.Place(pending_);
    const Event event = engine_->Next(input, &consumed, out_);
    const bool moved = std::visit([this](const auto& one) { return Note(one); }, event);
    pending_.erase(0, consumed);
    return moved;
  }

  bool Note(const NeedMore&) { return false; }
  bool Note(const Reset&) { return false; }
  bool Note(const Trailers&) { return false; }
  bool Note(const Writable&) { return false; }
  bool Note(const Head& head) {
    if (!result_.line.empty()) result_.line += " ";
    result_.line.append(head.method).append(" ").append(head.path);
    if (!head.query.empty()) result_.line.append("?").append(head.query);
    open_body_ = head.has_body;
    if (open_body_) result_.line += "[";
    engine_->Grant(head.stream, SIZE_MAX, out_);
    return true;
  }
  bool Note(const Body& body) {
    EXPECT_FALSE(body.bytes.empty());
    result_.line += body.bytes;
    return true;
  }
  bool Note(const End& end) {
    result_.line += open_body_ ? "]." : ".";
    open_body_ = false;
    ResponseHead ok;
    ok.content_length = 0;
    ok.last = true;
    engine_->SendHead(end.stream, ok, WallTime(), out_);
    result_.sent += out_.Take();
    return true;
  }
  bool Note(const Bad& bad) {
    if (refused_) return false;
    refused_ = true;
    if (open_body_) result_.line += "]";
    if (!result_.line.empty()) result_.line += " ";
    result_.line += std::to_string(bad.status);
    result_.refusal = bad.reason;
    EXPECT_TRUE(engine_->state().must_close);
    return true;  // once more: it stays bad
  }

  std::unique_ptr<Engine> engine_;
  TextOutput out_;
  GuardedBytes memory_;
  std::string pending_;
  Transcript result_;
  bool open_body_ = false;
  bool refused_ = false;
};

std::string InPieces(const std::vector<size_t>& pieces) {
  std::string text = "in pieces of";
  for (const size_t size : pieces) text += " " + std::to_string(size);
  return text + " and the rest";
}

Transcript FeedTo(Http1Pool& pool, BytesView raw, const std::vector<size_t>& pieces) {
  Recorder recorder(pool, raw.size());
  for (const size_t size : pieces) {
    const size_t taken = std::min(size, raw.size());
    recorder.Add(raw.substr(0, taken));
    raw.remove_prefix(taken);
  }
  recorder.Add(raw);
  return recorder.Finish();
}

void ExpectLine(const Limits& limits, BytesView raw, const std::vector<size_t>& pieces,
                const std::string& want) {
  EXPECT_EQ(Feed(limits, raw, pieces).line, want) << InPieces(pieces);
}

}  // namespace

Transcript Feed(const Limits& limits, BytesView raw, const std::vector<size_t>& pieces) {
  Http1Pool pool(limits);
  return FeedTo(pool, raw, pieces);
}

Transcript FeedEveryWay(const Limits& limits, BytesView raw, const std::string& want) {
  ExpectLine(limits, raw, std::vector<size_t>(raw.size(), 1), want);
  ExpectLine(limits, raw, std::vector<size_t>(raw.size() / 7, 7), want);
  for (size_t cut = 1; cut < raw.size(); ++cut) ExpectLine(limits, raw, {cut}, want);
  Http1Pool pool(limits);
  Transcript whole = FeedTo(pool, raw, {});
  EXPECT_EQ(whole.line, want) << "whole";
  const Transcript again = FeedTo(pool, raw, {});
  EXPECT_EQ(again.line, want) << "whole, heads remembered";
  EXPECT_EQ(again.sent, whole.sent) << "whole, heads remembered";
  return whole;
}

}  // namespace mailroom::http::testing
