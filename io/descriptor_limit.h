// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace mailroom::io {

// Raises the soft limit of open descriptors (RLIMIT_NOFILE, getrlimit(2)) to `wanted`, or
// to the hard limit if that is lower; never lowers it. Returns the soft limit that holds
// then. A shell's soft limit is 1024 for the sake of programs that call select(2); a
// server does not. Any thread.
uint64_t RaiseDescriptorLimit(uint64_t wanted);

}  // namespace mailroom::io
