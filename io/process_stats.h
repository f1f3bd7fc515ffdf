// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// ProcessStats: what the kernel knows about this process. A value.
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

// Any thread, but no loop that serves calls: it opens and reads files of /proc. A value that cannot
// be read is 0. When no descriptor is left nothing of /proc can be read; `open_descriptors` then
// equals `max_descriptors`.
ProcessStats ReadProcessStats();

}  // namespace mailroom::io
