// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace mailroom::io {

// Lets this process have `wanted` descriptors open, or as many as its hard limit allows
// (RLIMIT_NOFILE, getrlimit(2)); never lowers what it may have. Gives what that is now.
// A shell's soft limit is 1024 for the sake of programs that call select(2); a server
// does not. Any thread.
uint64_t RaiseDescriptorLimit(uint64_t wanted);

}  // namespace mailroom::io
