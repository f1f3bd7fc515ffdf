// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/testing/bounded_wait.h"

#include <cstdio>
#include <cstdlib>

namespace mailroom::testing {

void WaitedInVain(std::string_view what) {
  std::fprintf(stderr, "waited in vain for %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace mailroom::testing
