// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// The value of a Content-Type field (RFC 9110 s8.3.1). Private. Any thread.
namespace mailroom::rpc {

struct MediaType {
  std::string_view name;        // "application/json", as sent
  std::string_view parameters;  // what stands behind the first ';', may be empty
};

MediaType ParseMediaType(std::string_view content_type);

// True unless the parameters name a charset other than UTF-8. Parameters of any
// other name are ignored, malformed ones are not: they could be a charset.
bool CharsetIsUtf8(std::string_view parameters);

}  // namespace mailroom::rpc
