// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

// A request in which marks stand for digits that differ in each copy. It is the C++ half of
// bench/heads.py, which says what the two marks mean and which fields have them.
//
// Copies keep the template's length. One thread owns a Template.

namespace mailroom::bench {

inline constexpr char kFreshDigit = '\x01';  // a hexadecimal digit that is new in each copy
inline constexpr char kCountDigit = '\x02';  // a decimal digit of a number that goes down

// The bytes that `hex` spells, two digits a byte; empty when it is no such text.
std::string FromHex(std::string_view hex);

class Template final {
 public:
  explicit Template(std::string text);

  size_t size() const { return text_.size(); }

  // Appends the next copy to `out`.
  void AppendTo(std::string& out);

 private:
  // Places of marks of one kind that stand together.
  struct Run {
    size_t begin = 0;
    size_t size = 0;
  };

  void FillFresh(char* copy);
  void FillCount(char* copy) const;

  std::string text_;
  std::vector<Run> fresh_;
  std::vector<Run> counts_;
  std::mt19937_64 random_;
  uint64_t copies_ = 0;
};

}  // namespace mailroom::bench
