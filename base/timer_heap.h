// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "mailroom/base/check.h"
#include "mailroom/base/clock.h"

// TimerHeap<Payload>: what is due when, cancelled in place.
//
// A 4-ary heap: Add, Cancel and PopDue cost log4(n) steps, NextDeadline none.
// Cancelled timers leave at once: lazy deletion would keep a call's one-hour
// deadline for an hour after its answer. It reads no clock and calls nobody: the
// owner asks NextDeadline(), waits, and pops what is due. A payload is a value,
// as a rule a SlotId; one that owns something is destroyed by Cancel.
// One thread at a time. No allocation below the largest size so far.
//
// The surprise: a timer added while due ones are popped fires in the same round
// when its deadline has passed already. An owner whose payloads may add such
// timers without end bounds the round.
//
// Invariants:
//   1 No entry is due before its parent; equal deadlines keep the order of Add.
//   2 nodes_[entry.node].position is the entry's place in the heap.
//   3 A TimerId fires or is cancelled at most once; a stale one never hits a
//     later timer (generation odd = pending; a node that would wrap is retired).
namespace mailroom {

// Names one Add(). A default one names nothing.
class TimerId {
 public:
  constexpr TimerId() = default;
  constexpr TimerId(uint32_t index, uint32_t generation)
      : word_((static_cast<uint64_t>(index) << 32) | generation) {}
  constexpr uint32_t index() const { return static_cast<uint32_t>(word_ >> 32); }
  constexpr uint32_t generation() const { return static_cast<uint32_t>(word_); }
  constexpr explicit operator bool() const { return word_ != 0; }
  friend constexpr bool operator==(TimerId, TimerId) = default;

 private:
  uint64_t word_ = 0;
};

template <class Payload>
  requires std::movable<Payload> && std::default_initializable<Payload>
class TimerHeap final {
 public:
  // `first_generation`, even, is for tests that want to see one wrap.
  explicit TimerHeap(uint32_t first_generation = 0) : first_generation_(first_generation) {
    MAILROOM_CHECK(first_generation % 2 == 0);
  }
  TimerHeap(const TimerHeap&) = delete;
  TimerHeap& operator=(const TimerHeap&) = delete;

  TimerId Add(TimePoint deadline, Payload payload) {
    const uint32_t index = TakeNode();
    Node& node = nodes_[index];
    ++node.generation;
    node.payload = std::move(payload);
    heap_.push_back(Entry{deadline, next_order_++, index});
    SiftUp(heap_.size() - 1);
    return TimerId(index, node.generation);
  }

  // False when the timer has fired or was cancelled before.
  bool Cancel(TimerId id) {
    if (id.index() >= nodes_.size() || id.generation() % 2 == 0) return false;
    Node& node = nodes_[id.index()];
    if (node.generation != id.generation()) return false;
    RemoveAt(node.position);
    // The payload dies last: its destructor may come back here.
    static_cast<void>(FreeNode(id.index()));
    return true;
  }

  // kForever when nothing is pending.
  TimePoint NextDeadline() const { return heap_.empty() ? kForever : heap_.front().deadline; }

  // The payload that is due first, or nothing when none is due at `now`.
  std::optional<Payload> PopDue(TimePoint now) {
    if (heap_.empty() || !Expired(now, heap_.front().deadline)) return std::nullopt;
    const uint32_t index = heap_.front().node;
    RemoveAt(0);
    return FreeNode(index);
  }

  size_t size() const { return heap_.size(); }
  bool empty() const { return heap_.empty(); }

 private:
  struct Entry {
    TimePoint deadline;
    uint64_t order;  // of Add: breaks ties
    uint32_t node;

    bool Before(const Entry& other) const {
      return deadline != other.deadline ? deadline < other.deadline : order < other.order;
    }
  };
  struct Node {
    uint32_t generation;
    uint32_t position = 0;  // in heap_ while pending, else the next free node
    Payload payload = Payload();
  };

  // Four children share one or two cache lines, and the heap is half as deep.
  static constexpr size_t kArity = 4;
  static constexpr uint32_t kNoNode = UINT32_MAX;

  uint32_t TakeNode() {
    if (free_ == kNoNode) {
      MAILROOM_CHECK(nodes_.size() < kNoNode);
      nodes_.push_back(Node{first_generation_});
      return static_cast<uint32_t>(nodes_.size() - 1);
    }
    return std::exchange(free_, nodes_[free_].position);
  }

  Payload FreeNode(uint32_t index) {
    Node& node = nodes_[index];
    if (++node.generation != 0) node.position = std::exchange(free_, index);
    return std::exchange(node.payload, Payload());
  }

  void Place(size_t at, const Entry& entry) {
    heap_[at] = entry;
    nodes_[entry.node].position = static_cast<uint32_t>(at);
  }

  void SiftUp(size_t at) {
    const Entry entry = heap_[at];
    while (at > 0) {
      const size_t parent = (at - 1) / kArity;
      if (!entry.Before(heap_[parent])) break;
      Place(at, heap_[parent]);
      at = parent;
    }
    Place(at, entry);
  }

  void SiftDown(size_t at) {
    const Entry entry = heap_[at];
    for (;;) {
      const size_t first = at * kArity + 1;
      if (first >= heap_.size()) break;
      const size_t least = LeastOf(first);
      if (!heap_[least].Before(entry)) break;
      Place(at, heap_[least]);
      at = least;
    }
    Place(at, entry);
  }

  // The earliest of the siblings that begin at `first`.
  size_t LeastOf(size_t first) const {
    size_t least = first;
    for (size_t i = first + 1; i < first + kArity && i < heap_.size(); ++i) {
      if (heap_[i].Before(heap_[least])) least = i;
    }
    return least;
  }

  // The last entry takes the freed place; it may belong above or below it.
  void RemoveAt(size_t at) {
    const Entry last = heap_.back();
    heap_.pop_back();
    if (at == heap_.size()) return;
    Place(at, last);
    SiftUp(at);
    SiftDown(nodes_[last.node].position);
  }

  std::vector<Entry> heap_;
  std::vector<Node> nodes_;
  uint64_t next_order_ = 0;
  const uint32_t first_generation_;
  uint32_t free_ = kNoNode;
};

}  // namespace mailroom
