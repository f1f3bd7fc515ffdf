// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/trace_context.h"

#include <algorithm>
#include <cstddef>

#include "mailroom/base/ascii.h"

namespace mailroom::rpc {
namespace {

// version "-" trace-id "-" parent-id "-" trace-flags
constexpr size_t kTraceAt = 3;
constexpr size_t kTraceSize = 32;
constexpr size_t kParentAt = kTraceAt + kTraceSize + 1;
constexpr size_t kParentSize = 16;
constexpr size_t kFlagsAt = kParentAt + kParentSize + 1;
constexpr size_t kSize = kFlagsAt + 2;

// Capital letters are not allowed.
bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::string_view ParseTraceId(std::string_view traceparent) {
  if (traceparent.size() < kSize) return {};
  const std::string_view version = traceparent.substr(0, 2);
  const std::string_view trace = traceparent.substr(kTraceAt, kTraceSize);
  const std::string_view parent = traceparent.substr(kParentAt, kParentSize);
  if (!IsHex(version) || version == "ff") return {};
  if (!IsHex(trace) || IsZero(trace) || !IsHex(parent) || IsZero(parent)) return {};
  if (!IsHex(traceparent.substr(kFlagsAt, 2))) return {};
  for (const size_t dash : {kTraceAt - 1, kParentAt - 1, kFlagsAt - 1}) {
    if (traceparent[dash] != '-') return {};
  }
  // A later version may say more behind a dash; the first one must not.
  const std::string_view rest = traceparent.substr(kSize);
  if (!rest.empty() && (version == "00" || rest[0] != '-')) return {};
  return trace;
}

std::string_view TraceIdOf(const http::Headers& fields) {
  const http::Field* only = nullptr;
  for (const http::Field& field : fields) {
    if (!EqualsIgnoreCase(field.name, "traceparent")) continue;
    if (only != nullptr) return {};
    only = &field;
  }
  return only == nullptr ? std::string_view() : ParseTraceId(only->value);
}

}  // namespace mailroom::rpc
