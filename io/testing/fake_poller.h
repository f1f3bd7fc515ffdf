// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "mailroom/base/bytes.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/slot_id.h"
#include "mailroom/base/status.h"
#include "mailroom/io/poller.h"

// FakePoller: a Poller that never waits and does what the test says.
//
// Unless scripted it tells the truth about real descriptors (socket pairs, as a
// rule), level triggered, in the order of their registration. A wait that finds
// nothing moves the FakeClock on by its timeout instead of sleeping, so that a
// day of timers passes in no time; without a clock it returns at once.
// Scripts replace what the kernel would say: a batch of readiness, a failing
// call, a send that takes 3 bytes, a receive that fails with ECONNRESET.
//
// Everything on one thread, but Wake(): any thread.
namespace mailroom::io {

class FakePoller final : public Poller {
 public:
  explicit FakePoller(FakeClock* clock = nullptr) : clock_(clock) {}

  // The next Wait reports these, whatever the descriptors say; those that do not
  // fit into its span come with the one after. A second call appends.
  void ScriptReady(const std::vector<Ready>& batch);
  // The next call of that kind fails so and does nothing.
  void FailNextInit(Status status) { init_failure_ = std::move(status); }
  void FailNextAdd(Status status) { add_failure_ = std::move(status); }
  void FailNextModify(Status status) { modify_failure_ = std::move(status); }
  void FailNextWait(Status status) { wait_failure_ = std::move(status); }
  // The next Receive or Send on `fd` that has no earlier script: kDone moves at
  // most so many bytes, the others are returned as they are.
  void ScriptReceive(int fd, IoResult result) { Push(receives_, fd, std::move(result)); }
  void ScriptSend(int fd, IoResult result) { Push(sends_, fd, std::move(result)); }

  // What is watched: nothing when `fd` is not.
  std::optional<Interest> interest(int fd) const;
  SlotId token(int fd) const;
  size_t watched() const { return watches_.size(); }
  // How often the loop has asked.
  size_t add_count() const { return add_count_; }
  size_t modify_count() const { return modify_count_; }
  size_t wait_count() const { return wait_count_; }
  Duration last_timeout() const { return last_timeout_; }

  Status Init(SlotId wake_token) override;
  Status Add(int fd, SlotId token, Interest interest) override;
  Status Modify(int fd, SlotId token, Interest interest) override;
  void Remove(int fd) noexcept override;
  Result<size_t> Wait(std::span<Ready> out, Duration timeout) override;
  void Wake() noexcept override { woken_.store(true); }
  IoResult Receive(int fd, std::span<char> into) override;
  IoResult Send(int fd, std::span<const BytesView> pieces) override;

 private:
  struct Watch {
    int fd;
    SlotId token;
    Interest interest;
  };
  struct Scripted {
    int fd;
    IoResult result;
  };
  using Script = std::deque<Scripted>;

  static void Push(Script& script, int fd, IoResult result) {
    script.push_back({fd, std::move(result)});
  }
  static std::optional<IoResult> Take(Script& script, int fd);
  std::vector<Watch>::iterator Locate(int fd);
  size_t Look(std::span<Ready> out);
  size_t Recite(std::span<Ready> out);

  FakeClock* const clock_;
  SlotId wake_token_;
  std::atomic<bool> woken_{false};
  std::vector<Watch> watches_;
  size_t next_ = 0;  // where the next look begins, so that a small span is fair
  std::deque<Ready> script_;
  Script receives_;
  Script sends_;
  Status init_failure_;
  Status add_failure_;
  Status modify_failure_;
  Status wait_failure_;
  size_t add_count_ = 0;
  size_t modify_count_ = 0;
  size_t wait_count_ = 0;
  Duration last_timeout_ = Duration::zero();
};

}  // namespace mailroom::io
