// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace mailroom::server {
namespace {

constexpr size_t kLongest = 200;

// How many letters somebody who meant a word of `size` gets wrong: more is another word.
size_t MostWrong(size_t size) { return std::clamp<size_t>(size / 3, 1, 4); }

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Levenshtein's distance, without regard to case.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (Lower(a[i]) == Lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

void NearestWord::Consider(std::string_view word) {
  if (meant_.size() > kLongest || word.size() > kLongest) return;
  // A beginning is nearer than its missing letters say.
  const bool begins = meant_.size() * 2 >= word.size() && word.starts_with(meant_);
  const size_t distance = begins ? 1 : Distance(meant_, word);
  if (distance >= best_ || distance > MostWrong(std::min(meant_.size(), word.size()))) return;
  best_ = distance;
  word_ = word;
}

}  // namespace mailroom::server
