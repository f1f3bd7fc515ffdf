// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/mpsc_queue.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <climits>
#include <cstdlib>
#include <limits>
#include <new>
#include <thread>
#include <type_traits>
#include <utility>

#include "mailroom/base/check.h"

// The queue orders its plain memory with fences, which ThreadSanitizer cannot see: each race it
// would report there is false. It still sees the queue's atomics, so what travels through the queue
// is checked as everything else is. What the header includes stands above, to stay out of this.
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("thread"))), apply_to = function(is_member))
#endif
#include <concurrentqueue.h>
#ifdef __clang__
#pragma clang attribute pop
#endif

namespace mailroom {
namespace {

// Tables and blocks start small, since an actor owns a queue for life and most are
// idle; all of them grow by doubling. mpsc_queue_test measures what a queue costs.
struct Traits : moodycamel::ConcurrentQueueDefaultTraits {
  static constexpr size_t BLOCK_SIZE = 32;
  static constexpr size_t EXPLICIT_INITIAL_INDEX_SIZE = 4;
  static constexpr size_t IMPLICIT_INITIAL_INDEX_SIZE = 4;
  static constexpr size_t INITIAL_IMPLICIT_PRODUCER_HASH_SIZE = 4;
  static constexpr uint32_t EXPLICIT_CONSUMER_CONSUMPTION_QUOTA_BEFORE_ROTATE = MpscQueue::kQuota;
  // Through operator new, so that whoever counts allocations sees these.
  static void* malloc(size_t size) { return ::operator new(size); }
  static void free(void* memory) { ::operator delete(memory); }
  // From 1.0.4 on the default gives blocks back to the heap; earlier ones keep them.
  [[maybe_unused]] static constexpr bool RECYCLE_ALLOCATED_BLOCKS = true;
};

using Queue = moodycamel::ConcurrentQueue<QueueItem, Traits>;

}  // namespace

struct MpscQueue::Producer::Token {
  explicit Token(Queue& queue) : token(queue) {}
  moodycamel::ProducerToken token;
};

struct MpscQueue::Consumer::Token {
  explicit Token(Queue& queue) : token(queue) {}
  moodycamel::ConsumerToken token;
};

struct MpscQueue::Rep {
  Queue queue{0};  // no block before the first push
  // Without it a pop serves the longest producer first and starves the others.
  moodycamel::ConsumerToken consumer{queue};
};

MpscQueue::MpscQueue() : rep_(std::make_unique<Rep>()) {}
MpscQueue::~MpscQueue() = default;

MpscQueue::Producer MpscQueue::MakeProducer() {
  return Producer(std::make_unique<Producer::Token>(rep_->queue));
}

MpscQueue::Consumer MpscQueue::MakeConsumer() {
  return Consumer(std::make_unique<Consumer::Token>(rep_->queue));
}

void MpscQueue::Push(QueueItem item) noexcept { MAILROOM_CHECK(rep_->queue.enqueue(item)); }

void MpscQueue::Push(Producer& producer, QueueItem item) noexcept {
  MAILROOM_DCHECK(producer);
  MAILROOM_CHECK(rep_->queue.enqueue(producer.token_->token, item));
}

bool MpscQueue::TryPop(QueueItem* item) { return rep_->queue.try_dequeue(rep_->consumer, *item); }

size_t MpscQueue::TryPopBulk(QueueItem* items, size_t max) {
  return rep_->queue.try_dequeue_bulk(rep_->consumer, items, max);
}

bool MpscQueue::TryPop(Consumer& consumer, QueueItem* item) {
  MAILROOM_DCHECK(consumer);
  return rep_->queue.try_dequeue(consumer.token_->token, *item);
}

size_t MpscQueue::TryPopBulk(Consumer& consumer, QueueItem* items, size_t max) {
  MAILROOM_DCHECK(consumer);
  return rep_->queue.try_dequeue_bulk(consumer.token_->token, items, max);
}

size_t MpscQueue::SizeApprox() const { return rep_->queue.size_approx(); }

MpscQueue::Producer::Producer() = default;
MpscQueue::Producer::Producer(std::unique_ptr<Token> token) : token_(std::move(token)) {}
MpscQueue::Producer::Producer(Producer&& other) noexcept = default;
MpscQueue::Producer& MpscQueue::Producer::operator=(Producer&& other) noexcept = default;
MpscQueue::Producer::~Producer() = default;

MpscQueue::Consumer::Consumer() = default;
MpscQueue::Consumer::Consumer(std::unique_ptr<Token> token) : token_(std::move(token)) {}
MpscQueue::Consumer::Consumer(Consumer&& other) noexcept = default;
MpscQueue::Consumer& MpscQueue::Consumer::operator=(Consumer&& other) noexcept = default;
MpscQueue::Consumer::~Consumer() = default;

}  // namespace mailroom
