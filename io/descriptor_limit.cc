// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>

namespace mailroom::io {

uint64_t RaiseDescriptorLimit(uint64_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = std::max<rlim_t>(before, std::min<rlim_t>(wanted, limit.rlim_max));
  if (limit.rlim_cur == before) return before;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

}  // namespace mailroom::io
