// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <thread>

// Thread: a named thread that is always joined.
//
// The destructor waits for the body to return: the owner tells it to stop before that.
// An exception that leaves the body is logged and ends the program.
// The Thread object belongs to one thread at a time.
namespace mailroom {

class Thread final {
 public:
  Thread() = default;  // no thread
  // Starts `body` on a new thread, under the first 15 characters of `name`: that is
  // all the kernel keeps.
  Thread(std::string name, std::function<void()> body);
  Thread(Thread&&) noexcept = default;
  // Joins the thread that is being replaced.
  Thread& operator=(Thread&& other) noexcept;
  ~Thread();

  // Waits for the body to return. Nothing when joined already. Never from the
  // thread itself.
  void Join();
  bool joinable() const { return thread_.joinable(); }

 private:
  std::thread thread_;
};

// Any thread. The calling thread's name, as the kernel's tools and the log show it: at
// most 15 characters. The view is valid until this thread changes its name. "main"
// until a thread gets a name.
void SetThreadName(std::string_view name);
std::string_view ThreadName();

// Has these called around each later fork(), by the thread that forks: `before`, then
// `in_parent` and `in_child` before fork() returns there. What `before` locks they unlock.
void CallAroundFork(void (*before)(), void (*in_parent)(), void (*in_child)());

// The CPUs that this process may run on, at least 1.
int NumCpus();

}  // namespace mailroom
