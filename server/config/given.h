// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mailroom/server/config/flags.h"

// Given: a flag's value as somebody wrote it, on the command line, in a variable or in a
// file. Private to server.
namespace mailroom::server {

struct Given {
  const Flag* flag;
  Flag::Texts texts;
  std::string origin;  // where it stands, for error texts: "--workers", "mailroom.toml:3: workers"
};

// A list that was written as one word: "a,b" is two texts, "" none.
Flag::Texts SplitList(const std::string& word);

// Hands the value to its flag. Returns why it can't be, or nothing.
std::string Apply(const Given& given);

}  // namespace mailroom::server
