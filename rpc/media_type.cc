// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/media_type.h"

#include <cstddef>

#include "mailroom/base/ascii.h"
#include "mailroom/http/field_list.h"

namespace mailroom::rpc {
namespace {

bool IsUtf8Name(std::string_view charset) {
  if (charset.size() > 2 && charset.starts_with('"')) {
    charset = charset.substr(1, charset.size() - 2);
  }
  return EqualsIgnoreCase(charset, "utf-8") || EqualsIgnoreCase(charset, "utf8");
}

// One quoted string from end to end, or something without quotes.
bool IsWhole(std::string_view value) {
  if (value.find('"') == std::string_view::npos) return true;
  if (value.front() != '"') return false;
  for (size_t at = 1; at < value.size(); ++at) {
    if (value[at] == '"') return at + 1 == value.size();
    if (value[at] == '\\') ++at;
  }
  return false;
}

}  // namespace

MediaType ParseMediaType(std::string_view content_type) {
  const std::string_view name = http::TakeElement(&content_type, ';');
  return MediaType{name, content_type};
}

bool CharsetIsUtf8(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view value = http::TakeElement(&parameters, ';');
    if (value.empty()) continue;
    if (value.find('=') == std::string_view::npos) return false;
    const std::string_view name = http::TakeElement(&value, '=');
    if (!IsWhole(value)) return false;
    if (EqualsIgnoreCase(name, "charset") && !IsUtf8Name(value)) return false;
  }
  return true;
}

}  // namespace mailroom::rpc
