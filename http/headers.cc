// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/headers.h"

#include <cstdint>

namespace mailroom::http {
namespace {

// Lower case for ASCII letters, anything else as it is.
constexpr uint8_t Lower(char ch) {
  const auto byte = static_cast<uint8_t>(ch);
  const bool upper = static_cast<uint8_t>(byte - 'A') < 26;
  return static_cast<uint8_t>(byte | (upper ? 0x20 : 0));
}

}  // namespace

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

const Field* Headers::Find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (EqualsIgnoreCase(field.name, name)) return &field;
  }
  return nullptr;
}

}  // namespace mailroom::http
