// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

#include "mailroom/base/bytes.h"
#include "mailroom/base/clock.h"
#include "mailroom/http/engine.h"
#include "mailroom/http/http1_engine.h"
#include "mailroom/http/http1_pool.h"
#include "mailroom/http/testing/text_output.h"

// One HTTP/1.1 engine, what it is fed and what it writes, for tests of the engine. One thread.
namespace mailroom::http::testing {

inline constexpr WallTime kNow{std::chrono::seconds(784111777)};  // Sun, 06 Nov 1994 08:49:37 GMT
inline constexpr char kDate[] = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

inline constexpr BytesView kGet = "GET /a HTTP/1.1\r\nHost: h:1\r\n\r\n";
inline constexpr BytesView kPost = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Http1EngineStage : public ::testing::Test {
 protected:
  // The next event of what Receive() was given. A body that is not waited for has credit.
  Event Next() {
    input_.erase(0, consumed_);
    Event event = engine_->Next(input_, &consumed_, out_);
    const Head* const head = std::get_if<Head>(&event);
    if (head != nullptr && head->has_body && !head->awaits_grant) Grant(head->stream);
    return event;
  }
  void Grant(StreamId stream, size_t bytes = SIZE_MAX) { engine_->Grant(stream, bytes, out_); }
  void Receive(BytesView bytes) { input_ += bytes; }

  // The stream of the next request, pulled to its end.
  StreamId TakeRequest() {
    for (;;) {
      const Event event = Next();
      if (const End* end = std::get_if<End>(&event)) return end->stream;
      if (std::holds_alternative<NeedMore>(event) || std::holds_alternative<Bad>(event)) {
        ADD_FAILURE() << "no whole request";
        return StreamId{};
      }
    }
  }
  bool NeedsMore() { return std::holds_alternative<NeedMore>(Next()); }

  // Answers a stream with "hi" and returns the bytes.
  std::string Answer(StreamId stream, ResponseHead head = TwoBytes()) {
    testing::Answer(*engine_, stream, head, kNow, "hi", out_);
    return out_.Take();
  }
  void Send(StreamId stream, std::string_view text, bool last) {
    std::string body(text);
    engine_->Send(stream, {.body = &body, .offset = 0, .size = body.size()}, last, out_);
  }
  static ResponseHead TwoBytes() {
    ResponseHead head;
    head.content_length = 2;
    return head;
  }

  Http1Pool pool_{Limits()};
  std::unique_ptr<Engine> engine_ = MakeHttp1Engine(pool_);
  testing::TextOutput out_;
  std::string input_;
  size_t consumed_ = 0;
};

}  // namespace mailroom::http::testing
