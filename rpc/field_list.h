// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

// Fields whose value is a list (RFC 9110 s5.6). Private. Any thread.
namespace mailroom::rpc {

// Takes the first element and the separator behind it off *rest: the element
// without the white space around it.
inline std::string_view TakeElement(std::string_view* rest, char separator) {
  const size_t at = rest->find(separator);
  std::string_view element = rest->substr(0, at);
  rest->remove_prefix(at == std::string_view::npos ? rest->size() : at + 1);
  while (element.starts_with(' ') || element.starts_with('\t')) element.remove_prefix(1);
  while (element.ends_with(' ') || element.ends_with('\t')) element.remove_suffix(1);
  return element;
}

}  // namespace mailroom::rpc
