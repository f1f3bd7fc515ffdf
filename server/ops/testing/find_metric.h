// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace mailroom::testing {

// One series of Prometheus text, by its name and labels as they are written there.
std::optional<double> FindMetric(std::string_view text, std::string_view series);

}  // namespace mailroom::testing
