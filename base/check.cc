// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/check.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include "mailroom/base/check_context.h"
#include "mailroom/base/log.h"
#include "mailroom/base/log_output.h"

namespace mailroom::check_internal {

void Fail(const char* file, int line, const char* condition) noexcept {
  // What was logged before comes first. This text goes not through the log, which may be
  // what is broken, and waits for nobody for long: a supervisor waits for the end.
  FlushLog();
  std::string text(file);
  text.append(":").append(std::to_string(line)).append(": check failed: ");
  text.append(condition).append("\n");
  const std::string_view what = CheckContext::Current();
  if (!what.empty()) {
    text.append("  while ")
        .append(what)
        .append(
            " ran: look at that handler first; the stack of the core dump, or of a run under gdb, "
            "names the line\n");
  }
  WriteWithin(kStderr, text, kLogPatience);
  std::abort();
}

}  // namespace mailroom::check_internal
