// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

// MethodSpec, ServiceSpec: what the generator knows about a service.
//
// Generated code holds them as constants with static storage, so every view and
// pointer here lives as long as the program. The server routes by them without
// ever naming a user's message type.
namespace google::protobuf {
class Message;
}

namespace mailroom::rpc {

// Generated code carries the version it was made by; services/ refuses another
// by static_assert.
inline constexpr int kGeneratorVersion = 1;

enum class MethodKind : uint8_t { kUnary, kClientStream, kServerStream, kBidiStream };

// google.protobuf.MethodOptions.idempotency_level.
enum class Idempotency : uint8_t { kUnknown, kNoSideEffects, kIdempotent };

struct MethodSpec {
  std::string_view name;  // "Echo"
  std::string_view path;  // "/mailroom.echo.v1.EchoService/Echo"
  MethodKind kind = MethodKind::kUnary;
  Idempotency idempotency = Idempotency::kUnknown;
  // Calls may interleave at co_await; false: exclusive.
  bool concurrent = false;
  // The types' default instances.
  const google::protobuf::Message& (*request)() = nullptr;
  const google::protobuf::Message& (*reply)() = nullptr;
  // A request that works, for curl lines: option (mailroom.v1.method).sample_json.
  std::string_view sample_json = "{}";
};

struct ServiceSpec {
  std::string_view name;  // "mailroom.echo.v1.EchoService"
  std::span<const MethodSpec> methods;
  // Calls of one actor that may be suspended at once; further mail waits.
  uint32_t max_in_flight = 1024;
  // May have replicas: no state between calls, no ordering promised.
  bool stateless = false;
  // The first method's sample, for the one curl line printed at start.
  std::string_view sample_json = "{}";
};

}  // namespace mailroom::rpc
