// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include <concurrentqueue.h>

// The two queues of floor_handoff, each between exactly one loop and one worker: MailQueue goes
// out, ReplyQueue comes home. Both are a moodycamel queue used with tokens (no look-up of the
// thread's producer on the way) and one word that decides whether the other side must be woken.
// They are a yardstick's queues: no bound, no shutdown, no second worker.
//
// Invariants:
// 1. The word is only ever changed by read-modify-write, so its changes have one order and each
//    sees what was queued before the earlier ones. No wake is lost: of "queue, then change the
//    word" and "change the word, then look at the queue" one always sees the other.
// 2. A worker that is awake costs the loop no system call; however many replies are waiting, the
//    loop is woken for them once.

namespace mailroom::bench {

struct Mail {
  static constexpr size_t kBodyRoom = 52;  // makes a mail one cache line

  int fd = 0;
  uint32_t generation = 0;
  uint32_t body_size = 0;
  std::array<char, kBodyRoom> body;  // copied out, so that the loop may read on; cut if longer
};

struct Reply {
  int fd = 0;
  uint32_t generation = 0;
};

class MailQueue final {
 public:
  MailQueue();

  // Loop thread. Queues without waking anybody.
  void Put(const Mail& mail) { queue_.enqueue(producer_, mail); }

  // Loop thread. Once after a batch of Put.
  void WakeWorker();

  // Owning worker. Waits for mail; at least one, at most as many as fit.
  size_t Take(std::span<Mail> room);

 private:
  moodycamel::ConcurrentQueue<Mail> queue_;
  moodycamel::ProducerToken producer_;
  moodycamel::ConsumerToken consumer_;
  std::atomic<int> parked_{0};  // int, because that is what the kernel can wait on directly
};

class ReplyQueue final {
 public:
  ReplyQueue();
  ~ReplyQueue();
  ReplyQueue(const ReplyQueue&) = delete;
  ReplyQueue& operator=(const ReplyQueue&) = delete;

  // Any thread. Readable when there is something to take.
  int wake_fd() const { return wake_fd_; }

  // Owning worker.
  void Put(std::span<const Reply> replies);

  // Loop thread. To be called when wake_fd is readable, before Take.
  void AcknowledgeWake();

  // Loop thread. Never waits; 0 when there is nothing.
  size_t Take(std::span<Reply> room);

 private:
  int wake_fd_;
  moodycamel::ConcurrentQueue<Reply> queue_;
  moodycamel::ProducerToken producer_;
  moodycamel::ConsumerToken consumer_;
  std::atomic<bool> loop_is_due_{false};
};

}  // namespace mailroom::bench
