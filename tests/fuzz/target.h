// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "mailroom/base/bytes.h"

// What every fuzz target has: one function that gets any bytes at all and ends
// the program (MAILROOM_CHECK, a sanitizer) when something that must hold does
// not. libFuzzer calls it in `./dev fuzz`, replay.cc in every other lane.
//
// Inputs are text as far as they can be: a line in front says how the rest is
// used, so that people can write and read what lies in corpus/.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace mailroom::fuzz {

inline std::string_view Text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Takes what stands in front of the first `separator` off *rest, and the
// separator with it; all of it when there is none.
inline std::string_view TakeUntil(char separator, std::string_view* rest) {
  const size_t at = rest->find(separator);
  const std::string_view taken = rest->substr(0, at);
  rest->remove_prefix(at == std::string_view::npos ? rest->size() : at + 1);
  return taken;
}

// The number that a character stands for, below `bound`: '0' is 0, 'a' is 49.
inline size_t Number(char c, size_t bound) {
  return (static_cast<uint8_t>(c) + 256U - '0') % 256 % bound;
}

// A copy in a block of its very size: AddressSanitizer sees a look one byte
// behind it, which the slack of a string would hide.
class ExactCopy final {
 public:
  explicit ExactCopy(BytesView bytes)
      : memory_(std::make_unique<char[]>(bytes.size())), size_(bytes.size()) {
    bytes.copy(memory_.get(), bytes.size());
  }
  BytesView view() const { return {memory_.get(), size_}; }

 private:
  const std::unique_ptr<char[]> memory_;
  const size_t size_;
};

}  // namespace mailroom::fuzz
