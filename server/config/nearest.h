// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

// NearestWord: of the words considered, the one somebody probably meant.
// For error texts: unknown flags, unknown methods. Words over 200 bytes are not
// compared (the work is the product of two lengths, and strangers choose one).
namespace mailroom::server {

class NearestWord final {
 public:
  // `meant` and every word considered outlive this.
  explicit NearestWord(std::string_view meant) : meant_(meant) {}

  void Consider(std::string_view word);
  // Empty when every word differs in more than a third of its letters (at least 1, at
  // most 4). A beginning of at least half the word counts as one wrong letter.
  std::string_view word() const { return word_; }

 private:
  std::string_view meant_;
  std::string_view word_;
  size_t best_ = static_cast<size_t>(-1);
};

}  // namespace mailroom::server
