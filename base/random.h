// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Random: the seam for random numbers. One value per loop, worker or test.
//
// The same seed gives the same numbers on every machine, so that a simulation can
// be replayed. Fast and well spread, and not for secrets. One thread at a time.
namespace mailroom {

class Random final {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  // All 64 bits are random. SplitMix64: Steele, Lea, Flood, "Fast splittable
  // pseudorandom number generators", OOPSLA 2014.
  uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15ull;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

  // 0 <= result < bound. REQUIRES: bound > 0. The bias is below bound / 2^32.
  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(((Next() >> 32) * bound) >> 32); }

  // 0 <= result < 1.
  double Fraction() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

  // True once in `n` calls on average. REQUIRES: n > 0.
  bool OneIn(uint32_t n) { return Below(n) == 0; }

 private:
  uint64_t state_;
};

// Any thread. A seed that differs from run to run, from the system's source.
uint64_t SystemSeed();

}  // namespace mailroom
