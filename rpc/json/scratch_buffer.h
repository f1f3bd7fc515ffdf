// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

// ScratchBuffer: bytes that are needed for the length of one function.
//
// The first kBlock bytes stand where the buffer stands, so a small message costs
// no allocation; more of them move to the heap. Meant for the stack of a plain
// function, never for a coroutine's frame or a member. Private. One thread.
namespace mailroom::rpc {

class ScratchBuffer final {
 public:
  // Two of them fit on any stack, and most messages into one.
  static constexpr size_t kBlock = 2048;

  // The block is left as it is: what is read was written before.
  ScratchBuffer() : begin_(block_), at_(block_), end_(block_ + kBlock) {}
  ScratchBuffer(const ScratchBuffer&) = delete;
  ScratchBuffer& operator=(const ScratchBuffer&) = delete;

  // Room for `size` more bytes behind the present end. Moves what is there.
  char* Reserve(size_t size) {
    if (static_cast<size_t>(end_ - at_) < size) [[unlikely]] {
      Grow(size);
    }
    return at_;
  }
  // The end is here: at or behind the old one, within what was reserved.
  void EndAt(char* end) { at_ = end; }

  void Push(char c) {
    *Reserve(1) = c;
    ++at_;
  }
  void Append(std::string_view bytes) {
    char* const to = Reserve(bytes.size());
    std::memcpy(to, bytes.data(), bytes.size());
    at_ = to + bytes.size();
  }

  size_t size() const { return static_cast<size_t>(at_ - begin_); }
  // Until the next Reserve, Push or Append.
  char* data() { return begin_; }
  std::string_view view() const { return {begin_, size()}; }
  // REQUIRES: size <= size().
  void Truncate(size_t size) { at_ = begin_ + size; }

 private:
  void Grow(size_t size);

  char* begin_;
  char* at_;
  char* end_;
  std::unique_ptr<char[]> heap_;
  char block_[kBlock];
};

}  // namespace mailroom::rpc
