// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "mailroom/base/metadata.h"

namespace mailroom::testing {

// An HTTP answer taken apart.
struct HttpReply {
  int status = 0;
  Metadata headers;  // names in lower case
  std::string body;
};

// Takes one answer (with a content-length) off the front of *bytes; nothing while
// it is not complete.
std::optional<HttpReply> TakeReply(std::string* bytes);

}  // namespace mailroom::testing
