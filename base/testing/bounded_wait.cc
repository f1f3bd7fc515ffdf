// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/testing/bounded_wait.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace mailroom::testing {

void WaitedInVain(std::string_view what) {
  std::fprintf(stderr, "waited in vain for %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

HangAlarm::HangAlarm() {
  ::alarm(static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(kWaitBound).count()));
}

HangAlarm::~HangAlarm() { ::alarm(0); }

}  // namespace mailroom::testing
