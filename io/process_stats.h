// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// ProcessStats: what the kernel knows about this process.
namespace mailroom::io {

struct ProcessStats {
  double cpu_seconds = 0;    // user and system
  double start_seconds = 0;  // of the Unix epoch
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t open_descriptors = 0;
  uint64_t max_descriptors = 0;
  uint64_t threads = 0;
};

// Any thread. Opens and reads files of /proc: for pages that somebody asks for now and
// then, on no path of a call. What can't be read is 0; without a
// descriptor left that is all but the descriptors.
ProcessStats ReadProcessStats();

}  // namespace mailroom::io
