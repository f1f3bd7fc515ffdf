// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/protocol.h"

namespace mailroom::rpc {

void Answer::Clear() {
  status = 200;
  content_type = {};
  headers.Clear();
  body.clear();
  has_trailers = false;
  trailers.Clear();
  text.clear();
  replaced = false;
}

}  // namespace mailroom::rpc
