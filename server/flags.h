// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "mailroom/server/options.h"

// The flags of every Mailroom server, in one call for a main() of your own.
namespace mailroom {

struct FlagsOutcome {
  // Set when the program should end with it: 0 after --help or --version, 2 after
  // a flag or value that is wrong (the text is on stderr already).
  std::optional<int> exit_code;
};

// Reads GNU style flags over the defaults in *options; what is not given there from
// the environment (--idle-timeout: MAILROOM_IDLE_TIMEOUT), and what is not given there
// from the file that --config names (`idle-timeout = 60s`). An unknown flag is told
// with the nearest one there is, in a file too. Durations are written `500ms`, `5s`,
// `2m`, `1h`. --print-config prints what would be used as such a file.
// Main thread, before others start: reads the environment.
FlagsOutcome ParseFlags(int argc, char** argv, ServerOptions* options);

}  // namespace mailroom
