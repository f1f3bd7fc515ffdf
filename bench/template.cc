// SPDX-License-Identifier: Apache-2.0
#include "mailroom/bench/template.h"

#include <utility>

namespace mailroom::bench {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr size_t kDigitsInADraw = 16;  // four bits each

uint64_t PowerOfTen(size_t exponent) {
  uint64_t power = 1;
  for (size_t i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

std::string FromHex(std::string_view hex) {
  std::string bytes;
  if (hex.size() % 2 != 0) return bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const size_t high = kDigits.find(hex[i]);
    const size_t low = kDigits.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return {};
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

Template::Template(std::string text) : text_(std::move(text)) {
  for (size_t i = 0; i < text_.size(); ++i) {
    const char mark = text_[i];
    if (mark != kFreshDigit && mark != kCountDigit) continue;
    std::vector<Run>& runs = mark == kFreshDigit ? fresh_ : counts_;
    if (i == 0 || text_[i - 1] != mark) runs.push_back({i, 0});
    ++runs.back().size;
  }
}

void Template::AppendTo(std::string& out) {
  const size_t begin = out.size();
  out += text_;
  FillFresh(out.data() + begin);
  FillCount(out.data() + begin);
  ++copies_;
}

void Template::FillFresh(char* copy) {
  for (const Run& run : fresh_) {
    uint64_t bits = 0;
    for (size_t i = 0; i < run.size; ++i) {
      if (i % kDigitsInADraw == 0) bits = random_();
      copy[run.begin + i] = kDigits[bits % 16];
      bits /= 16;
    }
  }
}

// From 99.. down to 10.., and again: the number keeps its length.
void Template::FillCount(char* copy) const {
  for (const Run& run : counts_) {
    const uint64_t lowest = PowerOfTen(run.size - 1);
    uint64_t number = lowest * 10 - 1 - copies_ % (lowest * 9);
    for (size_t i = run.size; i > 0; --i) {
      copy[run.begin + i - 1] = kDigits[number % 10];
      number /= 10;
    }
  }
}

}  // namespace mailroom::bench
