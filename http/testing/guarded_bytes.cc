// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/testing/guarded_bytes.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "mailroom/base/check.h"

namespace mailroom::http::testing {

GuardedBytes::GuardedBytes(size_t capacity) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  usable_ = (capacity + page - 1) / page * page;
  mapped_ = usable_ + page;
  void* base = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MAILROOM_CHECK(base != MAP_FAILED);
  base_ = static_cast<char*>(base);
  MAILROOM_CHECK(mprotect(base_ + usable_, page, PROT_NONE) == 0);
}

GuardedBytes::~GuardedBytes() { munmap(base_, mapped_); }

BytesView GuardedBytes::Place(BytesView bytes) {
  MAILROOM_CHECK(bytes.size() <= usable_);
  std::memset(base_, '?', usable_);
  char* const begin = base_ + usable_ - bytes.size();
  std::memcpy(begin, bytes.data(), bytes.size());
  return {begin, bytes.size()};
}

}  // namespace mailroom::http::testing
