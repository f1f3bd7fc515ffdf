// SPDX-License-Identifier: Apache-2.0
// Keeps the tag `threads` honest: what carries it is what ThreadSanitizer's lane runs. A test that
// starts a thread without the tag fails, and so does one that has the tag and starts none. Linked
// into each room_test, which says by MAILROOM_TEST_THREADS what the tag is.
//
// The log's own thread asks for no tag: every program that logs has it. It may have one.
// Thread creation is counted where every library's call ends: the program's own pthread_create
// comes before that of libc. A sanitizer has one of its own, so its lanes do without.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MAILROOM_WATCHES_THREADS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MAILROOM_WATCHES_THREADS 0
#endif
#endif
#ifndef MAILROOM_WATCHES_THREADS
#define MAILROOM_WATCHES_THREADS 1
#endif

#if MAILROOM_WATCHES_THREADS

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace mailroom::testing {
namespace {

constexpr std::string_view kSayIt = "its BUILD file must say tags = [\"threads\"]";

std::atomic<int> g_started{0};
std::atomic<int> g_untagged{0};

// The log's thread is the one that is started with every signal blocked (base/log_writer.h).
bool StartsTheLog() {
  sigset_t blocked;
  if (pthread_sigmask(SIG_BLOCK, nullptr, &blocked) != 0) return false;
  return sigismember(&blocked, SIGTERM) == 1 && sigismember(&blocked, SIGWINCH) == 1;
}

// Neither, where a program is started by hand.
bool TagIs(std::string_view value) {
  const char* tag = std::getenv("MAILROOM_TEST_THREADS");
  return tag != nullptr && tag == value;
}

// The child of a death test may be the only one that starts a thread: it leaves a file.
std::string MarkPath() {
  const char* folder = std::getenv("TEST_TMPDIR");
  return folder == nullptr ? "" : std::string(folder) + "/started_a_thread";
}

void LeaveMark() {
  const std::string path = MarkPath();
  if (path.empty()) return;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);
}

bool MarkIsThere() { return ::access(MarkPath().c_str(), F_OK) == 0; }

// A filter or a shard may leave out just those cases that start a thread.
bool WholeProgramRan() {
  const ::testing::UnitTest& program = *::testing::UnitTest::GetInstance();
  return program.test_to_run_count() == program.total_test_count();
}

class ThreadWatch final : public ::testing::Environment {
 public:
  void TearDown() override {
    const bool started = g_started.load() > 0 || MarkIsThere();
    if (MarkIsThere() && TagIs("no") && g_untagged.load() == 0) {
      ADD_FAILURE() << "a death test starts a thread: " << kSayIt;
    }
    if (!started && TagIs("yes") && WholeProgramRan()) {
      ADD_FAILURE() << "has the tag `threads` and starts none: take it out of the BUILD file";
    }
  }
};

[[maybe_unused]] const ::testing::Environment* const g_watch =
    ::testing::AddGlobalTestEnvironment(std::make_unique<ThreadWatch>().release());

}  // namespace
}  // namespace mailroom::testing

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*run)(void*), void* argument) noexcept {
  using namespace mailroom::testing;
  g_started.fetch_add(1);
  if (!StartsTheLog()) {
    LeaveMark();
    if (TagIs("no") && g_untagged.fetch_add(1) == 0) ADD_FAILURE() << "starts a thread: " << kSayIt;
  }
  static const auto real =
      reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
  return real(thread, attributes, run, argument);
}

#endif
