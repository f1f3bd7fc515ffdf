// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "mailroom/actors/envelope.h"
#include "mailroom/base/check.h"
#include "mailroom/base/home.h"
#include "mailroom/base/mpsc_queue.h"

// Mailbox<T>: the queue into something that runs one thing at a time.
//
// One class, two policies. Mail (EnvelopePtr, only ever the start of a call) is
// bounded and may be refused: TryPost. Completions are never refused: Post.
// The bound is a count of our own of what was posted and not taken yet, since the
// queue's is unreliable: a moodycamel queue made for 64 items took 416 from one producer.
//
// Invariants:
//   1 Items of one Sender come out in the order they went in; between senders
//     there is no order, but a quiet one is not starved by a busy one.
//   2 At most capacity() items are in it; TryPost refuses the next at once and
//     leaves it with the caller. Nobody ever waits.
//   3 What is still in it when it is destroyed goes home as dropped (mail) or is
//     destroyed (completions). Senders are destroyed before their mailbox.
namespace mailroom::actors {

// How a T travels in the queue's 16 bytes.
template <class T>
struct MailItem;

template <>
struct MailItem<EnvelopePtr> {
  static QueueItem Pack(EnvelopePtr mail) { return QueueItem{0, mail.release()}; }
  static EnvelopePtr Unpack(QueueItem item) {
    return EnvelopePtr(static_cast<Envelope*>(item.pointer));
  }
};

template <>
struct MailItem<Completion> {
  static QueueItem Pack(Completion completion) {
    return QueueItem{completion.slot.word(), completion.parcel.release()};
  }
  static Completion Unpack(QueueItem item) {
    return Completion{SlotId::FromWord(item.word), ParcelPtr(static_cast<Parcel*>(item.pointer))};
  }
};

template <class T>
class Mailbox final {
 public:
  static constexpr size_t kUnbounded = SIZE_MAX;
  // At most, by one TryTake().
  static constexpr size_t kTakenAtOnce = 32;

  // One producer's place in the order. Used by one thread at a time.
  using Sender = MpscQueue::Producer;

  explicit Mailbox(size_t capacity) : capacity_(capacity) {}
  ~Mailbox() {
    T item;
    while (TryTake(&item)) item = T();
  }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // Any thread.
  Sender MakeSender() { return queue_.MakeProducer(); }
  size_t capacity() const { return capacity_; }
  // Any thread; a moment's truth.
  size_t depth() const {
    return capacity_ == kUnbounded ? queue_.SizeApprox() : count_.load(std::memory_order_relaxed);
  }

  // The sender's thread. False when the mailbox is full: *item is untouched.
  bool TryPost(Sender& sender, T* item) {
    if (!Admit()) return false;
    queue_.Push(sender, MailItem<T>::Pack(std::move(*item)));
    return true;
  }
  // Any thread. Never refuses. REQUIRES: unbounded.
  void Post(T item) noexcept {
    MAILROOM_DCHECK(capacity_ == kUnbounded);
    queue_.Push(MailItem<T>::Pack(std::move(item)));
  }

  // The holder of the consuming right (the claim, the loop's thread). False when
  // nothing was found that was posted before.
  bool TryTake(T* item) {
    QueueItem raw;
    if (!queue_.TryPop(&raw)) return false;
    // relaxed: a count; the queue itself hands the item over.
    if (capacity_ != kUnbounded) count_.fetch_sub(1, std::memory_order_relaxed);
    *item = MailItem<T>::Unpack(raw);
    return true;
  }

  // The same for several at once, which costs little more than one. How many of
  // `items` were filled.
  size_t TryTake(std::span<T> items) {
    std::array<QueueItem, kTakenAtOnce> raw;
    const size_t count = queue_.TryPopBulk(raw.data(), std::min(items.size(), raw.size()));
    if (capacity_ != kUnbounded) count_.fetch_sub(count, std::memory_order_relaxed);
    for (size_t i = 0; i < count; ++i) items[i] = MailItem<T>::Unpack(raw[i]);
    return count;
  }

 private:
  bool Admit() {
    if (capacity_ == kUnbounded) return true;
    // relaxed: invariant 2 needs an exact count, not an order with other memory.
    if (count_.fetch_add(1, std::memory_order_relaxed) < capacity_) return true;
    count_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }

  const size_t capacity_;
  std::atomic<size_t> count_{0};
  MpscQueue queue_;
};

}  // namespace mailroom::actors
