// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/headers.h"

#include "mailroom/base/ascii.h"

namespace mailroom::http {

const Field* Headers::Find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (EqualsIgnoreCase(field.name, name)) return &field;
  }
  return nullptr;
}

}  // namespace mailroom::http
