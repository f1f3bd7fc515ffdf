// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mailroom/server/config/flags.h"
#include "mailroom/server/config/given.h"

// What the command line and the environment say, not yet taken over. Private to server.
namespace mailroom::server {

struct CommandLine {
  // Set when the program should end with it; what there is to say was said.
  std::optional<int> exit_code;
  std::vector<Given> given;
  std::optional<std::string> config;  // --config
  bool print_config = false;          // --print-config
};

// The first `servers` rows are every server's; --help shows the others apart.
CommandLine ReadCommandLine(int argc, char** argv, const Flags& flags, size_t servers);

// "idle-timeout" is MAILROOM_IDLE_TIMEOUT. Nothing when it is unset or empty.
std::optional<std::string> ReadVariable(const std::string& name);
// Main thread, before others start. Variables that begin like ours and are none of them
// are not looked at: orchestrators set MAILROOM_PORT and the like for a service of that
// name.
std::vector<Given> ReadEnvironment(const Flags& flags);

}  // namespace mailroom::server
