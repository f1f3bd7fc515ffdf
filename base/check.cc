// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/check.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "mailroom/base/check_context.h"

namespace mailroom::check_internal {

void Fail(const char* file, int line, const char* condition) noexcept {
  // Not through the log: what is broken may be the log.
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  const std::string_view what = CheckContext::Current();
  if (!what.empty()) {
    std::fprintf(stderr,
                 "  while %.*s ran: look at that handler first; the stack of the core dump, or of "
                 "a run under gdb, names the line\n",
                 static_cast<int>(what.size()), what.data());
  }
  std::fflush(stderr);
  std::abort();
}

}  // namespace mailroom::check_internal
