// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

// MpscQueue: many threads push, one consumes. The only door to moodycamel's
// ConcurrentQueue, which no header of ours includes.
//
// Unbounded and lock-free. A user that needs a bound keeps a count of its own (the
// library's bound is unreliable). It carries 16-byte values and owns nothing behind
// their pointers: its owner drains it before destroying it.
//
// The surprise: order is kept per producer only. Items of one Producer (or of one
// thread that pushes without one) come out in the order they went in; between
// producers there is no order, not even for pushes that follow each other.
//
// One thread at a time has the right to consume: the holder of an actor's claim, a
// loop's thread. Passing the right on must synchronise. A consumer takes turns among
// the producers, at most kQuota items from each, so a quiet producer is never starved
// by busy ones. Threads that pop at the same time (a run queue) each make a Consumer.
//
// A TryPop that finds nothing proves that the queue was empty only for pushes
// that happened before it; see actors/parking.h for how to sleep on that.
namespace mailroom {

struct QueueItem {
  uint64_t word = 0;
  void* pointer = nullptr;
};

class MpscQueue final {
 public:
  // Items taken from one producer while another one has some too.
  static constexpr uint32_t kQuota = 64;

  class Producer;
  class Consumer;

  MpscQueue();
  MpscQueue(const MpscQueue&) = delete;
  MpscQueue& operator=(const MpscQueue&) = delete;
  // REQUIRES: every Producer and Consumer of this queue is gone.
  ~MpscQueue();

  // Any thread. The producer is used by one thread at a time.
  Producer MakeProducer();
  // Any thread. The consumer is used by one thread at a time.
  Consumer MakeConsumer();

  // Any thread. Allocates only while the queue grows; out of memory aborts.
  void Push(QueueItem item) noexcept;
  // The thread that holds `producer`.
  void Push(Producer& producer, QueueItem item) noexcept;

  // The holder of the consuming right. False when nothing was found.
  bool TryPop(QueueItem* item);
  // Fills at most `max` items and returns how many.
  size_t TryPopBulk(QueueItem* items, size_t max);

  // The thread that holds `consumer`.
  bool TryPop(Consumer& consumer, QueueItem* item);
  size_t TryPopBulk(Consumer& consumer, QueueItem* items, size_t max);

  // Any thread. Exact only when nobody pushes or pops.
  size_t SizeApprox() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

// One source of items, in order. Movable; an empty one (default made, moved
// from) must not be pushed through. Its items stay when it ends.
class MpscQueue::Producer final {
 public:
  Producer();
  Producer(Producer&& other) noexcept;
  Producer& operator=(Producer&& other) noexcept;
  ~Producer();
  explicit operator bool() const { return token_ != nullptr; }

 private:
  friend class MpscQueue;
  struct Token;
  explicit Producer(std::unique_ptr<Token> token);
  std::unique_ptr<Token> token_;
};

// One of several places where items leave. Movable like Producer.
class MpscQueue::Consumer final {
 public:
  Consumer();
  Consumer(Consumer&& other) noexcept;
  Consumer& operator=(Consumer&& other) noexcept;
  ~Consumer();
  explicit operator bool() const { return token_ != nullptr; }

 private:
  friend class MpscQueue;
  struct Token;
  explicit Consumer(std::unique_ptr<Token> token);
  std::unique_ptr<Token> token_;
};

}  // namespace mailroom
