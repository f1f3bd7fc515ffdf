// SPDX-License-Identifier: Apache-2.0
#include "mailroom/bench/handoff.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "mailroom/bench/floor.h"

// g++ 12 believes that a producer token may be null here, and warns of the overflow that would be.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#endif

namespace mailroom::bench {

MailQueue::MailQueue() : producer_(queue_), consumer_(queue_) {}

void MailQueue::WakeWorker() {
  // acq_rel suffices for invariant 1: the worker's exchange and this one are ordered.
  if (parked_.exchange(0, std::memory_order_acq_rel) != 0) parked_.notify_one();
}

size_t MailQueue::Take(std::span<Mail> room) {
  const auto take = [this, room] {
    return queue_.try_dequeue_bulk(consumer_, room.data(), room.size());
  };
  for (;;) {
    if (const size_t taken = take()) return taken;
    parked_.exchange(1, std::memory_order_acq_rel);
    if (const size_t taken = take()) {
      parked_.exchange(0, std::memory_order_acq_rel);
      return taken;
    }
    parked_.wait(1, std::memory_order_acquire);
  }
}

ReplyQueue::ReplyQueue()
    : wake_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), producer_(queue_), consumer_(queue_) {
  if (wake_fd_ < 0) DieOfErrno("eventfd");
}

ReplyQueue::~ReplyQueue() { close(wake_fd_); }

void ReplyQueue::Put(std::span<const Reply> replies) {
  queue_.enqueue_bulk(producer_, replies.data(), replies.size());
  if (loop_is_due_.exchange(true, std::memory_order_acq_rel)) return;
  if (eventfd_write(wake_fd_, 1) != 0) DieOfErrno("eventfd_write");
}

void ReplyQueue::AcknowledgeWake() {
  eventfd_t count = 0;
  if (eventfd_read(wake_fd_, &count) != 0 && errno != EAGAIN) DieOfErrno("eventfd_read");
  loop_is_due_.exchange(false, std::memory_order_acq_rel);
}

size_t ReplyQueue::Take(std::span<Reply> room) {
  return queue_.try_dequeue_bulk(consumer_, room.data(), room.size());
}

}  // namespace mailroom::bench
