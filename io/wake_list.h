// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "mailroom/base/mutex.h"
#include "mailroom/base/status.h"
#include "mailroom/base/thread_annotations.h"
#include "mailroom/io/poller.h"
#include "mailroom/io/wake.h"

// WakeList: the wakes that one loop has. Private to io.
//
// Owned by the Loop; loop thread only. wake.h holds the contract.
namespace mailroom::io {

// Owned together by the loop that has it and by all copies of the Wake.
struct Wake::State {
  // Set by the notify that will reach the poller, cleared before the callback.
  std::atomic<bool> pending{false};

  // Held during the poller's Wake(), so that the poller cannot end meanwhile.
  Mutex mutex;
  Poller* poller MAILROOM_GUARDED_BY(mutex) = nullptr;  // null: no loop has it

  // The loop thread's; set while `poller` is.
  Callback callback;
};

class WakeList final {
 public:
  explicit WakeList(Poller& poller) : poller_(poller) {}
  // Detaches the wakes that are left: from here on Notify() does nothing.
  ~WakeList();
  WakeList(const WakeList&) = delete;
  WakeList& operator=(const WakeList&) = delete;

  Status Add(const Wake& wake, Wake::Callback callback);
  void Remove(const Wake& wake);
  // Calls back each wake that was notified since its last call.
  void Run();

 private:
  using StatePtr = std::shared_ptr<Wake::State>;
  static void Detach(Wake::State& state);

  Poller& poller_;
  std::vector<StatePtr> states_;  // null: removed while Run() walked it
  bool running_ = false;
};

}  // namespace mailroom::io
