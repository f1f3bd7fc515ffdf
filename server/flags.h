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

// Reads GNU style flags over the defaults in *options. An unknown flag is told
// with the nearest one there is. Durations are written `500ms`, `5s`, `2m`, `1h`.
FlagsOutcome ParseFlags(int argc, char** argv, ServerOptions* options);

}  // namespace mailroom
