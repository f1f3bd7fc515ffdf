// SPDX-License-Identifier: Apache-2.0
// The HTTP/1.1 engine: reading a request, and writing an answer.

#include <cstdint>
#include <string>
#include <variant>

#include <benchmark/benchmark.h>

#include "mailroom/base/check.h"
#include "mailroom/http/http1_engine.h"
#include "mailroom/http/testing/text_output.h"

namespace mailroom::http {
namespace {

// What a browser's or a generated client's call looks like.
const std::string kCall =
    "POST /mailroom.greet.v1.GreetService/Greet HTTP/1.1\r\n"
    "Host: 127.0.0.1:8080\r\n"
    "User-Agent: connect-es/2.0.0\r\n"
    "Accept: */*\r\n"
    "Accept-Encoding: gzip, deflate\r\n"
    "Connect-Protocol-Version: 1\r\n"
    "Connect-Timeout-Ms: 1500\r\n"
    "Content-Type: application/proto\r\n"
    "Content-Length: 7\r\n"
    "\r\n"
    "\x0a\x05world";

// The same as wrk sends it.
const std::string kShortCall =
    "POST /mailroom.greet.v1.GreetService/Greet HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\n"
    "Content-Type: application/proto\r\n"
    "Content-Length: 7\r\n"
    "\r\n"
    "\x0a\x05world";

const std::string kChunkedCall =
    "POST /mailroom.greet.v1.GreetService/Greet HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\n"
    "Content-Type: application/proto\r\n"
    "Transfer-Encoding: chunked\r\n"
    "\r\n"
    "7\r\n\x0a\x05world\r\n0\r\n\r\n";

// Takes one whole request, and the number of its exchange.
StreamId Take(Engine& engine, BytesView input, Output& out) {
  for (;;) {
    size_t consumed = 0;
    const Event event = engine.Next(input, &consumed, out);
    input.remove_prefix(consumed);
    if (const Head* head = std::get_if<Head>(&event)) engine.Grant(head->stream, SIZE_MAX, out);
    if (const End* end = std::get_if<End>(&event)) return end->stream;
    MAILROOM_CHECK(!std::holds_alternative<Bad>(event));
  }
}

void Answer(Engine& engine, StreamId stream, Output& out) {
  static std::string body = "\x0a\x0cHello, world";  // small: it is copied
  ResponseHead head;
  head.content_type = "application/proto";
  head.content_length = body.size();
  engine.SendHead(stream, head, WallTime(), out);
  engine.Send(stream, {.body = &body, .offset = 0, .size = body.size()}, /*last=*/true, out);
}

// Parser and guard, from the first byte to End; the answer is part of it, as an engine serves no
// second request without one.
void TakeAndAnswer(benchmark::State& state, const std::string& request) {
  Http1Pool pool{Limits()};
  const auto engine = MakeHttp1Engine(pool);
  testing::TextOutput out;
  for (auto _ : state) {
    out.Queue().Clear();
    Answer(*engine, Take(*engine, request, out), out);
    benchmark::DoNotOptimize(out.Queue().size());
  }
}
BENCHMARK_CAPTURE(TakeAndAnswer, call, kCall);
BENCHMARK_CAPTURE(TakeAndAnswer, short_call, kShortCall);
BENCHMARK_CAPTURE(TakeAndAnswer, chunked_call, kChunkedCall);

// The writer's share: thirty answers to requests that were read before, pipelined.
void WriteAnswers(benchmark::State& state) {
  Http1Pool pool{Limits()};
  const auto engine = MakeHttp1Engine(pool);
  constexpr uint32_t kAhead = 30;
  testing::TextOutput out;
  uint32_t answered = 0;
  uint32_t taken = 0;
  for (auto _ : state) {
    if (answered == taken) {
      state.PauseTiming();
      while (taken < answered + kAhead)
        taken = static_cast<uint32_t>(Take(*engine, kShortCall, out));
      out.Queue().Clear();
      state.ResumeTiming();
    }
    Answer(*engine, StreamId{++answered}, out);
    benchmark::DoNotOptimize(out.Queue().size());
  }
}
BENCHMARK(WriteAnswers);

}  // namespace
}  // namespace mailroom::http
