// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/clock.h"
#include "mailroom/base/slot_id.h"

// DeadlineList: one timeout for many, first in, first due.
//
// For timeouts that are the same for everybody (idle, reading, writing): what was
// touched last is due last, so a doubly linked list is already sorted; touching,
// removing and popping are O(1) and allocate nothing. Deadlines that differ
// belong in base/timer_heap.h.
//
// The node sits in the object that times out and is in one list at a time:
// touching it in another list moves it there, destroying it takes it out.
// One thread at a time; neither a list nor a linked node moves in memory.
namespace mailroom::io {

class DeadlineList final {
 public:
  class Node final {
   public:
    explicit Node(SlotId owner = SlotId()) : owner_(owner) {}
    ~Node() { Unlink(); }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    // What times out.
    SlotId owner() const { return owner_; }
    void set_owner(SlotId owner) { owner_ = owner; }
    // Kept until the next Touch, also after PopDue.
    TimePoint deadline() const { return deadline_; }
    bool linked() const { return next_ != this; }

   private:
    friend class DeadlineList;
    void Unlink() {
      previous_->next_ = next_;
      next_->previous_ = previous_;
      previous_ = next_ = this;
    }
    void LinkBefore(Node& other) {
      previous_ = other.previous_;
      next_ = &other;
      previous_->next_ = this;
      other.previous_ = this;
    }

    SlotId owner_;
    TimePoint deadline_ = kForever;
    Node* previous_ = this;
    Node* next_ = this;
  };

  explicit DeadlineList(Duration timeout) : timeout_(timeout) {}
  // Nodes that are still linked stay valid, in no list.
  ~DeadlineList() {
    while (head_.linked()) head_.next_->Unlink();
  }
  DeadlineList(const DeadlineList&) = delete;
  DeadlineList& operator=(const DeadlineList&) = delete;

  // Due `timeout` after `now`, behind all others. `now` never goes back.
  void Touch(Node& node, TimePoint now) {
    node.Unlink();
    node.deadline_ = DeadlineIn(now, timeout_);
    node.LinkBefore(head_);
  }
  // Out of whatever list it is in; nothing when it is in none.
  static void Remove(Node& node) { node.Unlink(); }

  bool empty() const { return !head_.linked(); }
  // The earliest deadline, kForever when empty.
  TimePoint Next() const { return empty() ? kForever : head_.next_->deadline_; }
  // Takes out the first node when it is due; null when none is.
  Node* PopDue(TimePoint now) {
    if (empty() || !Expired(now, head_.next_->deadline_)) return nullptr;
    Node* due = head_.next_;
    due->Unlink();
    return due;
  }

  Duration timeout() const { return timeout_; }

 private:
  const Duration timeout_;
  Node head_;
};

}  // namespace mailroom::io
