// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "mailroom/http/engine.h"
#include "mailroom/http/headers.h"

// ScriptedEngine: an engine whose events are a test's script, with independent streams,
// for whoever stands above the seam. It reads no bytes: each one that is received lets the
// engine look at its script. What it is told is written as text, a line each:
//
//   1 head 200 5     stream 1: status and length
//   1 body hello     a part of its body
//   1 end
namespace mailroom::http::testing {

class ScriptedEngine final : public Engine {
 public:
  // A POST with binary protobuf. Without `whole` its body is to come.
  void AddRequest(StreamId stream, std::string path, bool whole = true) {
    paths_.push_back(std::move(path));
    Head head;
    head.stream = stream;
    head.method = "POST";
    head.target = head.path = paths_.back();
    head.content_type = "application/proto";
    head.has_body = !whole;
    head.headers = &no_fields_;
    window_.try_emplace(stream, SIZE_MAX);
    script_.emplace_back(head);
    if (whole) script_.emplace_back(End{stream});
  }
  void Add(Event event) { script_.push_back(std::move(event)); }
  // What the peer lets a stream send from now on.
  void SetWindow(StreamId stream, size_t bytes) { window_[stream] = bytes; }
  size_t granted(StreamId stream) const {
    const auto found = granted_.find(stream);
    return found == granted_.end() ? 0 : found->second;
  }

  Event Next(BytesView input, size_t* consumed, Output&) override {
    *consumed = input.size();
    if (script_.empty()) return NeedMore{};
    Event event = std::move(script_.front());
    script_.pop_front();
    return event;
  }
  void Grant(StreamId stream, size_t bytes, Output&) override { granted_[stream] += bytes; }
  size_t Sendable(StreamId stream) const override {
    const auto found = window_.find(stream);
    return found == window_.end() ? 0 : found->second;
  }
  void SendHead(StreamId stream, const ResponseHead& head, WallTime, Output& out) override {
    Write(stream,
          "head " + std::to_string(head.status) + " " +
              std::to_string(head.content_length.value_or(0)),
          out);
    if (head.last) Write(stream, "end", out);
  }
  void Send(StreamId stream, const BodyPart& part, bool last, Output& out) override {
    if (window_[stream] != SIZE_MAX) window_[stream] -= part.size;
    out.Queue().Append(std::to_string(static_cast<uint32_t>(stream)) + " body ");
    out.Queue().AppendPart(part.body, part.offset, part.size);
    out.Queue().Append("\n");
    if (last) Write(stream, "end", out);
  }
  void SendTrailers(StreamId stream, const Headers&, Output& out) override {
    Write(stream, "end", out);
  }
  void Reset(StreamId stream, ResetCode, Output& out) override { Write(stream, "reset", out); }
  void StartClosing(Output&) override { closing_ = true; }
  EngineState state() const override {
    return {.reads = true, .at_rest = script_.empty(), .must_close = closing_};
  }

 private:
  static void Write(StreamId stream, const std::string& what, Output& out) {
    out.Queue().Append(std::to_string(static_cast<uint32_t>(stream)) + " " + what + "\n");
  }

  const Headers no_fields_;
  std::deque<std::string> paths_;  // what heads point at
  std::deque<Event> script_;
  std::map<StreamId, size_t> window_;
  std::map<StreamId, size_t> granted_;
  bool closing_ = false;
};

}  // namespace mailroom::http::testing
