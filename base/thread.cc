// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/thread.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <utility>

#include "mailroom/base/log.h"

namespace mailroom {
namespace {

// The kernel's limit, its final zero included.
constexpr size_t kNameSize = 16;

// An array and no string: the log reads it while a thread is being torn down.
thread_local char t_name[kNameSize] = "main";

void RunBody(const std::function<void()>& body) {
  try {
    body();
    return;
  } catch (const std::exception& exception) {
    MAILROOM_LOG(kError) << "an exception left a thread: " << exception.what();
  } catch (...) {
    MAILROOM_LOG(kError) << "an exception of unknown type left a thread";
  }
  FlushLog();
  std::abort();
}

}  // namespace

Thread::Thread(std::string name, std::function<void()> body)
    : thread_([name = std::move(name), body = std::move(body)] {
        SetThreadName(name);
        RunBody(body);
      }) {}

Thread& Thread::operator=(Thread&& other) noexcept {
  if (this == &other) return *this;
  Join();
  thread_ = std::move(other.thread_);
  return *this;
}

Thread::~Thread() { Join(); }

void Thread::Join() {
  if (thread_.joinable()) thread_.join();
}

void SetThreadName(std::string_view name) {
  const size_t size = std::min(name.size(), kNameSize - 1);
  std::copy_n(name.data(), size, t_name);
  t_name[size] = '\0';
#if defined(__linux__)
  pthread_setname_np(pthread_self(), t_name);
#elif defined(__APPLE__)
  pthread_setname_np(t_name);
#endif
}

std::string_view ThreadName() { return t_name; }

void CallAroundFork(void (*before)(), void (*in_parent)(), void (*in_child)()) {
  pthread_atfork(before, in_parent, in_child);
}

int NumCpus() {
#if defined(__linux__)
  // The affinity mask knows of taskset and cpusets; hardware_concurrency need not.
  cpu_set_t mine;
  if (sched_getaffinity(0, sizeof(mine), &mine) == 0) return std::max(CPU_COUNT(&mine), 1);
#endif
  return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
}

}  // namespace mailroom
