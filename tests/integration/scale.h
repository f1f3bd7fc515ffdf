// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/sanitizers.h"

// How much of a large test a lane runs: one has it whole. A sanitizer is ten times slower, and
// g++'s lane looks for what another compiler makes of the code (.bazelrc).
namespace mailroom::tests {

#ifdef MAILROOM_SHORT_TESTS
inline constexpr bool kShort = true;
#else
inline constexpr bool kShort = kSanitized;
#endif

// `full`, or a twentieth of it where tests are short.
constexpr int Scaled(int full) { return kShort ? full / 20 : full; }

}  // namespace mailroom::tests
