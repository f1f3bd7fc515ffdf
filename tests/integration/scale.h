// SPDX-License-Identifier: Apache-2.0
#pragma once

// How much of a large test a sanitizer's lane runs: they are ten times slower.
namespace mailroom::tests {

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define MAILROOM_TESTS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MAILROOM_TESTS_SANITIZED 1
#endif

#ifdef MAILROOM_TESTS_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// `full`, or a twentieth of it under a sanitizer.
constexpr int Scaled(int full) { return kSanitized ? full / 20 : full; }

}  // namespace mailroom::tests
