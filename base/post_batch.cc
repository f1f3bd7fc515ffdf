// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/post_batch.h"

#include <algorithm>

#include "mailroom/base/check.h"

namespace mailroom {
namespace {

thread_local PostBatch* t_current = nullptr;

}  // namespace

PostBatch::PostBatch() {
  MAILROOM_CHECK(t_current == nullptr);
  t_current = this;
}

PostBatch::~PostBatch() {
  Flush();
  t_current = nullptr;
}

PostBatch* PostBatch::Current() { return t_current; }

bool PostBatch::Add(Home& home) noexcept {
  const auto end = homes_.begin() + count_;
  if (std::find(homes_.begin(), end, &home) != end) return true;
  if (count_ == kHomes) return false;
  homes_[count_++] = &home;
  return true;
}

void PostBatch::Flush() noexcept {
  for (size_t i = 0; i < count_; ++i) homes_[i]->Wake();
  count_ = 0;
}

}  // namespace mailroom
