// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/deadline.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace mailroom::rpc {
namespace {

// Connect protocol reference, Timeout-Milliseconds.
constexpr size_t kMaxDigits = 10;

static_assert(std::chrono::milliseconds(9'999'999'999) < Duration::max());

}  // namespace

Result<Duration> ParseTimeoutMs(std::string_view text) {
  static constexpr char kWords[] = "connect-timeout-ms must be one to ten decimal digits";
  if (text.empty() || text.size() > kMaxDigits) {
    return Status::Static(Code::kInvalidArgument, kWords);
  }
  int64_t milliseconds = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return Status::Static(Code::kInvalidArgument, kWords);
    milliseconds = milliseconds * 10 + (digit - '0');
  }
  return Duration(std::chrono::milliseconds(milliseconds));
}

}  // namespace mailroom::rpc
