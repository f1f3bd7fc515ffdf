// SPDX-License-Identifier: Apache-2.0
// The codecs with a small message, and what stands around it: head to call, outcome to answer.

#include <string>

#include <benchmark/benchmark.h>

#include "mailroom/base/check.h"
#include "mailroom/base/metadata.h"
#include "mailroom/greet/v1/greet.pb.h"
#include "mailroom/http/headers.h"
#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/protocols.h"

namespace mailroom::rpc {
namespace {

using greet::v1::GreetRequest;
using greet::v1::GreetResponse;

const std::string kProtoText = "\x0a\x05world";
const std::string kJsonText = R"({"name":"world"})";

void Parse(benchmark::State& state, WireFormat format, const std::string& text) {
  const Codec& codec = Codec::For(format);
  GreetRequest request;
  for (auto _ : state) {
    MAILROOM_CHECK(codec.Parse(text, &request).ok());
    benchmark::DoNotOptimize(request.name().data());
  }
}
BENCHMARK_CAPTURE(Parse, proto, WireFormat::kProto, kProtoText);
BENCHMARK_CAPTURE(Parse, json, WireFormat::kJson, kJsonText);

void Serialize(benchmark::State& state, WireFormat format) {
  const Codec& codec = Codec::For(format);
  GreetResponse response;
  response.set_message("Hello, world");
  std::string out;
  for (auto _ : state) {
    out.clear();
    MAILROOM_CHECK(codec.Serialize(response, &out).ok());
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK_CAPTURE(Serialize, proto, WireFormat::kProto);
BENCHMARK_CAPTURE(Serialize, json, WireFormat::kJson);

void AcceptHead(benchmark::State& state) {
  http::Headers fields;
  fields.Add("Host", "127.0.0.1");
  fields.Add("User-Agent", "connect-es/2.0.0");
  fields.Add("Connect-Protocol-Version", "1");
  fields.Add("Connect-Timeout-Ms", "1500");
  fields.Add("Content-Type", "application/proto");
  fields.Add("Content-Length", "7");
  http::Head head;
  head.method = "POST";
  head.headers = &fields;
  const MethodSpec method;
  CallHead call;
  Metadata metadata;
  for (auto _ : state) {
    const Claim claim = FindProtocol("POST", fields.Find("content-type")->value);
    call.format = claim.format;
    MAILROOM_CHECK(claim.protocol->Accept(head, method, &call, &metadata).ok());
    benchmark::DoNotOptimize(metadata.bytes());
  }
}
BENCHMARK(AcceptHead);

void FinishAnswer(benchmark::State& state) {
  const Protocol& protocol = *Protocols().front();
  const Status ok;
  const Metadata none;
  const CallHead call;
  Answer answer;
  std::string message;
  for (auto _ : state) {
    message = "\x0a\x0cHello, world";
    protocol.Finish(call, {&ok, &none, &none, &message}, &answer);
    benchmark::DoNotOptimize(answer.body.data());
  }
}
BENCHMARK(FinishAnswer);

}  // namespace
}  // namespace mailroom::rpc
