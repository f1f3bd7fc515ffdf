// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which sanitizer this is compiled for, by clang's spelling and by g++'s.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MAILROOM_ADDRESS_SANITIZER 1
#endif
#if __has_feature(thread_sanitizer)
#define MAILROOM_THREAD_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define MAILROOM_ADDRESS_SANITIZER 1
#endif
#if defined(__SANITIZE_THREAD__)
#define MAILROOM_THREAD_SANITIZER 1
#endif

namespace mailroom {

#ifdef MAILROOM_ADDRESS_SANITIZER
inline constexpr bool kAddressSanitizer = true;
#else
inline constexpr bool kAddressSanitizer = false;
#endif
#ifdef MAILROOM_THREAD_SANITIZER
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

// Either, which makes everything several times slower.
inline constexpr bool kSanitized = kAddressSanitizer || kThreadSanitizer;

}  // namespace mailroom
