// SPDX-License-Identifier: Apache-2.0
// The codecs with what people send: strings, numbers, a list of small messages, a map. The
// message stands in an arena whose first block is reused, as in a call.

#include <string>

#include <benchmark/benchmark.h>
#include <google/protobuf/arena.h>

#include "mailroom/base/check.h"
#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/json/testdata/json_kinds.pb.h"

namespace mailroom::rpc {
namespace {

using testdata::Order;

const std::string kOrder =
    R"({"id":"8d1f2c4e-5b7a-4f7e","customerName":"Ada Lovelace","createdMs":"1795262400000",)"
    R"("paid":true,"color":"COLOR_BLUE","lines":[{"sku":"A-100","quantity":2,"price":9.99},)"
    R"({"sku":"B-7","quantity":1,"price":120},{"sku":"C-31","quantity":12,"price":0.25}],)"
    R"("labels":{"channel":"web"},"note":"leave it at the door","leaf":{"name":"x","count":3},)"
    R"("codes":[1,20,300,4000]})";

Order MakeOrder() {
  Order order;
  MAILROOM_CHECK(JsonCodec().Parse(kOrder, &order).ok());
  return order;
}

void ParseOrder(benchmark::State& state, WireFormat format) {
  const Codec& codec = Codec::For(format);
  const std::string text = format == WireFormat::kJson ? kOrder : MakeOrder().SerializeAsString();
  char block[8192];
  for (auto _ : state) {
    google::protobuf::Arena arena(block, sizeof(block));
    Order* order = google::protobuf::Arena::CreateMessage<Order>(&arena);
    MAILROOM_CHECK(codec.Parse(text, order).ok());
    benchmark::DoNotOptimize(order);
  }
}
BENCHMARK_CAPTURE(ParseOrder, proto, WireFormat::kProto);
BENCHMARK_CAPTURE(ParseOrder, json, WireFormat::kJson);

void SerializeOrder(benchmark::State& state, WireFormat format) {
  const Codec& codec = Codec::For(format);
  const Order order = MakeOrder();
  std::string out;
  for (auto _ : state) {
    out.clear();
    MAILROOM_CHECK(codec.Serialize(order, &out).ok());
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK_CAPTURE(SerializeOrder, proto, WireFormat::kProto);
BENCHMARK_CAPTURE(SerializeOrder, json, WireFormat::kJson);

}  // namespace
}  // namespace mailroom::rpc
