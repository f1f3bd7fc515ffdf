// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mailroom/base/status.h"
#include "mailroom/server/config/flags.h"
#include "mailroom/server/config/given.h"

// The file of --config: TOML, a line `idle-timeout = "60s"` for each flag, no tables.
// Private to server.
namespace mailroom::server {

// A larger one was not written for this.
inline constexpr size_t kMostConfigBytes = 1024 * 1024;

// invalid_argument with file, line, key and what to write instead, for what can't be read,
// is no TOML, names no flag, or has a type that its flag does not take. `origin` says who named
// the file when it can't be read: "--config a.toml", "MAILROOM_CONFIG=a.toml".
Result<std::vector<Given>> ReadConfigFile(const std::string& path, const std::string& origin,
                                          const Flags& flags);
// The same for the file's text; `path` is for error texts.
Result<std::vector<Given>> ReadConfig(const std::string& text, const std::string& path,
                                      const Flags& flags);

// What the flags hold now, as such a file.
std::string PrintConfig(const Flags& flags);

}  // namespace mailroom::server
