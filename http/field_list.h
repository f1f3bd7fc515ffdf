// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

// Fields whose value is a list (RFC 9110 s5.6). Any thread.
namespace mailroom::http {

// Where the first separator outside of a quoted string stands (RFC 9110 s5.6.4), or
// npos. A quoted string that does not end holds all that follows.
inline size_t FindSeparator(std::string_view text, char separator) {
  const size_t plain = text.find(separator);
  if (text.substr(0, plain).find('"') == std::string_view::npos) return plain;
  bool quoted = false;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == separator && !quoted) return at;
    if (text[at] == '"') quoted = !quoted;
    if (text[at] == '\\' && quoted) ++at;
  }
  return std::string_view::npos;
}

// Takes the first element and the separator behind it off *rest: the element
// without the white space around it. A quoted string may hold separators.
inline std::string_view TakeElement(std::string_view* rest, char separator) {
  const size_t at = FindSeparator(*rest, separator);
  std::string_view element = rest->substr(0, at);
  rest->remove_prefix(at == std::string_view::npos ? rest->size() : at + 1);
  while (element.starts_with(' ') || element.starts_with('\t')) element.remove_prefix(1);
  while (element.ends_with(' ') || element.ends_with('\t')) element.remove_suffix(1);
  return element;
}

}  // namespace mailroom::http
