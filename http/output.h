// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/output_queue.h"

// Output: where an engine's bytes go. Behind it stands a connection's queue, which is
// taken when the first byte is written: a connection that writes nothing needs none.
// Loop thread only.
namespace mailroom::http {

class Output {
 public:
  // Valid until the call that was given this Output returns.
  virtual OutputQueue& Queue() = 0;

 protected:
  ~Output() = default;
};

}  // namespace mailroom::http
