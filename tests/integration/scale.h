// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/sanitizers.h"

// How much of a large test a sanitizer's lane runs: they are ten times slower.
namespace mailroom::tests {

// `full`, or a twentieth of it under a sanitizer.
constexpr int Scaled(int full) { return kSanitized ? full / 20 : full; }

}  // namespace mailroom::tests
