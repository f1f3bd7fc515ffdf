// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailroom/base/bytes.h"

// Metadata: an ordered list of (key, value) pairs in which keys may repeat.
//
// Keys are stored in lower case. A key that ends in "-bin" holds raw bytes here;
// the protocols base64 it on the wire. All text sits in one block, so a list of
// any length costs two allocations and Clear() keeps both for the next use.
// A value: one thread at a time. Views are valid until the next change.
namespace mailroom {

class Metadata {
 public:
  struct Entry {
    std::string_view key;
    BytesView value;
  };

  // Adds a pair behind all others. The key's ASCII letters are lowered. `key` and
  // `value` may be views of this very list. Ends the program at 4 GiB of text.
  void Add(std::string_view key, BytesView value);
  // Replaces every value of `key` by one, in the first one's place; adds it behind all
  // others when there is none.
  void Set(std::string_view key, BytesView value);

  // The first value of `key` (already in lower case), or nothing.
  std::optional<BytesView> Find(std::string_view key) const;

  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  Entry operator[](size_t i) const;
  // Bytes of all keys and values.
  size_t bytes() const { return text_.size(); }

  // Empties the list and keeps its memory.
  void Clear();

  // True when `key` ends in "-bin".
  static bool IsBinary(std::string_view key);

 private:
  struct Span {
    uint32_t key;
    uint32_t key_size;
    uint32_t value;
    uint32_t value_size;
  };
  std::string text_;
  std::vector<Span> entries_;
};

}  // namespace mailroom
