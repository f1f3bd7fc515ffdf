// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/testing/find_metric.h"

#include <charconv>
#include <cstddef>
#include <string>

namespace mailroom::testing {

std::optional<double> FindMetric(std::string_view text, std::string_view series) {
  std::string line_start(series);
  line_start += ' ';
  size_t at = text.starts_with(line_start) ? 0 : text.find("\n" + line_start);
  if (at == std::string_view::npos) return std::nullopt;
  at = text.find(line_start, at) + line_start.size();
  double value = 0;
  std::from_chars(text.data() + at, text.data() + text.size(), value);
  return value;
}

}  // namespace mailroom::testing
