// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/scratch_buffer.h"

#include <algorithm>
#include <utility>

namespace mailroom::rpc {

[[gnu::noinline]] void ScratchBuffer::Grow(size_t size) {
  const size_t used = this->size();
  const size_t capacity = std::max(2 * static_cast<size_t>(end_ - begin_), used + size);
  std::unique_ptr<char[]> grown = std::make_unique_for_overwrite<char[]>(capacity);
  std::memcpy(grown.get(), begin_, used);
  heap_ = std::move(grown);
  begin_ = heap_.get();
  at_ = begin_ + used;
  end_ = begin_ + capacity;
}

}  // namespace mailroom::rpc
