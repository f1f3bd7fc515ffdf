// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/bare_dots.h"

#include <algorithm>

namespace mailroom::server {
namespace {

// How many of the characters from `at` on are the one that stands there; `most` at most.
size_t Repeated(std::string_view text, size_t at, size_t most) {
  const size_t end = std::min(text.find_first_not_of(text[at], at), text.size());
  return std::min(end - at, most);
}

// Where the text goes on after the quotes that open at `at`.
size_t PastQuotes(std::string_view text, size_t at) {
  const char quote = text[at];
  const bool many_lines = Repeated(text, at, 3) == 3;
  const size_t closing = many_lines ? 3 : 1;
  for (at += closing; at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') {
      ++at;
    } else if (text[at] == '\n' && !many_lines) {
      break;  // a mistake: nobody closed them
    } else if (text[at] == quote) {
      // Two more in front of the closing three are part of the value.
      const size_t run = Repeated(text, at, many_lines ? 5 : 1);
      if (run >= closing) return at + run;
    }
  }
  return at;
}

}  // namespace

size_t CountBareDots(std::string_view toml) {
  size_t dots = 0;
  for (size_t at = 0; at < toml.size();) {
    const char c = toml[at];
    if (c == '#') {
      at = toml.find('\n', at);
    } else if (c == '"' || c == '\'') {
      at = PastQuotes(toml, at);
    } else {
      dots += c == '.' ? 1 : 0;
      ++at;
    }
  }
  return dots;
}

}  // namespace mailroom::server
