// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/buffer.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "mailroom/base/check.h"

namespace mailroom {
namespace {

// The first allocation: the head of an ordinary request fits.
constexpr size_t kSmallest = 512;

}  // namespace

Buffer::Buffer(Buffer&& other) noexcept
    : bytes_(std::move(other.bytes_)),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  if (this == &other) return *this;
  bytes_ = std::move(other.bytes_);
  begin_ = std::exchange(other.begin_, 0);
  end_ = std::exchange(other.end_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

void Buffer::Append(BytesView bytes) {
  if (bytes.empty()) return;
  std::memcpy(Tail(bytes.size()).data(), bytes.data(), bytes.size());
  end_ += bytes.size();
}

std::span<char> Buffer::Tail(size_t n) {
  if (capacity_ - end_ < n) MakeRoom(n);
  return {bytes_.get() + end_, capacity_ - end_};
}

void Buffer::Commit(size_t n) {
  MAILROOM_CHECK(n <= capacity_ - end_);
  end_ += n;
}

void Buffer::Consume(size_t n) {
  MAILROOM_CHECK(n <= size());
  begin_ += n;
  if (begin_ == end_) begin_ = end_ = 0;
}

void Buffer::Release() { *this = Buffer(); }

void Buffer::MakeRoom(size_t n) {
  const size_t live = size();
  MAILROOM_CHECK(n <= std::numeric_limits<size_t>::max() / 4 - live);
  if (live <= begin_ && capacity_ - live >= n) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, live);
  } else {
    const size_t larger = std::max({2 * capacity_, live + n, kSmallest});
    auto moved = std::make_unique_for_overwrite<char[]>(larger);
    if (live > 0) std::memcpy(moved.get(), bytes_.get() + begin_, live);
    bytes_ = std::move(moved);
    capacity_ = larger;
  }
  begin_ = 0;
  end_ = live;
}

}  // namespace mailroom
