// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/random.h"

#include <random>

namespace mailroom {

uint64_t SystemSeed() {
  std::random_device source;
  return (static_cast<uint64_t>(source()) << 32) | source();
}

}  // namespace mailroom
