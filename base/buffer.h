// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "mailroom/base/bytes.h"

// Buffer: bytes that came in and wait to be consumed, in one piece.
//
//     +----------+----------------+---------------+
//     | consumed |     view()     |    Tail()     |
//     +----------+----------------+---------------+
//     0        begin             end           capacity
//
// Bytes are added behind (Append, or Tail + Commit) and taken away in front
// (Consume). Consuming the last byte moves both ends back to zero. Otherwise
// the live bytes are moved down only when no more of them remain than were
// consumed, so each byte is moved at most once per byte that has left.
//
// A value: one thread at a time. It never shrinks by itself: an idle owner calls
// Release(). view() and Tail() are valid until the next non-const call.
namespace mailroom {

class Buffer final {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() = default;

  BytesView view() const { return BytesView(bytes_.get() + begin_, end_ - begin_); }
  size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }
  size_t capacity() const { return capacity_; }

  // Copies `bytes` behind the others. They must not lie in this buffer.
  void Append(BytesView bytes);

  // The free room behind the live bytes, at least `n` bytes of it, not
  // initialised. What was written there counts after Commit().
  std::span<char> Tail(size_t n);
  // REQUIRES: n <= the size of the last Tail().
  void Commit(size_t n);

  // Takes the first `n` bytes away. REQUIRES: n <= size().
  void Consume(size_t n);

  // Makes the next `n` bytes of Append or Tail free of allocation.
  void Reserve(size_t n) { static_cast<void>(Tail(n)); }

  // Drops all bytes and gives the memory back.
  void Release();

 private:
  void MakeRoom(size_t n);

  std::unique_ptr<char[]> bytes_;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t capacity_ = 0;
};

}  // namespace mailroom
