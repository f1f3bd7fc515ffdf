// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace mailroom::check_internal {

void Fail(const char* file, int line, const char* condition) noexcept {
  // Not through the log: what is broken may be the log.
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::fflush(stderr);
  std::abort();
}

}  // namespace mailroom::check_internal
