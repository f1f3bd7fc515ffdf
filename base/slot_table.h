// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "mailroom/base/check.h"
#include "mailroom/base/slot_id.h"

// SlotTable<T>: objects found by SlotId, or found to be gone.
//
// It owns its objects: Insert() constructs one, Erase() destroys it, the table's
// end destroys the rest. Code that may be late (a timer, a reply, an event of the
// same batch) keeps the SlotId and asks Find() again; a T* is kept no longer than the
// current turn. One thread at a time; never blocks; Insert allocates only when the
// table grows beyond its largest size so far.
// T's constructor and destructor may call back into the table.
//
// Invariants:
//   1 A live slot has an odd generation, a free one an even generation.
//   2 Find(id) is not null exactly from the Insert that returned `id` until its
//     Erase begins; ids of another kind, loop or incarnation never match.
//   3 An object's address does not change while it lives.
//   4 No id is given out twice: a slot whose generation would wrap is retired.
//   5 At most capacity() slots live; a full table refuses with the null SlotId.
//   6 The slot freed last is used first (its memory is the warmest).
//   7 A slot is reused only after the destructor of its last object returned.
namespace mailroom {

template <class T>
class SlotTable final {
 public:
  static constexpr size_t kMaxCapacity = size_t{SlotId::kMaxIndex} + 1;

  // Every id of this table carries `kind` and `loop`. `first_generation`, which
  // must be even, is for tests that want to see a generation wrap.
  SlotTable(SlotKind kind, uint8_t loop, size_t capacity = kMaxCapacity,
            uint32_t first_generation = 0)
      : first_word_(SlotId(kind, loop, 0, first_generation).word()), capacity_(capacity) {
    MAILROOM_CHECK(capacity <= kMaxCapacity);
    MAILROOM_CHECK(first_generation % 2 == 0);
  }
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;
  ~SlotTable() {
    ForEach([this](SlotId id, T&) { Erase(id); });
  }

  // Constructs a T from `args`. The null SlotId when the table is full.
  template <class... Args>
  SlotId Insert(Args&&... args) {
    const uint32_t index = TakeFree();
    if (index == kNoSlot) return SlotId();
    Slot& slot = at(index);
    std::construct_at(&slot.value, std::forward<Args>(args)...);
    ++slot.word;
    ++size_;
    return SlotId::FromWord(slot.word);
  }

  // Null when `id` is stale, of another table's kind or loop, or null.
  T* Find(SlotId id) {
    if (id.index() >= used_) return nullptr;
    Slot& slot = at(id.index());
    return slot.word == id.word() && IsLive(id.word()) ? &slot.value : nullptr;
  }
  const T* Find(SlotId id) const { return const_cast<SlotTable*>(this)->Find(id); }

  // Destroys the object. False when Find(id) would have been null.
  bool Erase(SlotId id) {
    if (Find(id) == nullptr) return false;
    Slot& slot = at(id.index());
    // The generation moves first: the destructor already finds itself gone.
    const bool wraps = id.generation() == UINT32_MAX;
    slot.word = wraps ? 0 : slot.word + 1;
    --size_;
    std::destroy_at(&slot.value);
    if (wraps) {
      ++retired_;
    } else {
      slot.next_free = free_;
      free_ = id.index();
    }
    return true;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  size_t capacity() const { return capacity_; }
  // Slots that will not be used again (invariant 4).
  size_t retired() const { return retired_; }

  // Calls f(SlotId, T&) for each live slot, in the order of their indices. `f`
  // may erase any slot and insert others; those may or may not be visited.
  template <class F>
  void ForEach(F&& f) {
    for (uint32_t index = 0; index < used_; ++index) {
      Slot& slot = at(index);
      if (IsLive(slot.word)) f(SlotId::FromWord(slot.word), slot.value);
    }
  }

 private:
  // Large enough to make the allocation rare, small enough for a small server.
  static constexpr uint32_t kChunkSlots = 256;
  static constexpr uint32_t kNoSlot = UINT32_MAX;

  // `word` is the SlotId of the object that lives here or, one generation
  // lower, of the next one: a single comparison checks kind, loop, index and
  // generation.
  struct Slot {
    Slot() {}   // NOLINT: the union starts without a member
    ~Slot() {}  // NOLINT: the table knows whether `value` lives
    uint64_t word = 0;
    union {
      T value;
      uint32_t next_free;
    };
  };

  static bool IsLive(uint64_t word) { return word % 2 == 1; }

  Slot& at(uint32_t index) { return chunks_[index / kChunkSlots][index % kChunkSlots]; }

  // The freed slot that is warmest, else a new one, else kNoSlot.
  uint32_t TakeFree() {
    if (free_ != kNoSlot) {
      const uint32_t index = free_;
      free_ = at(index).next_free;
      return index;
    }
    if (used_ == capacity_) return kNoSlot;
    if (used_ == chunks_.size() * kChunkSlots) {
      chunks_.push_back(std::make_unique<Slot[]>(kChunkSlots));
    }
    const uint32_t index = used_++;
    at(index).word = first_word_ | (uint64_t{index} << 32);
    return index;
  }

  std::vector<std::unique_ptr<Slot[]>> chunks_;
  const uint64_t first_word_;
  const size_t capacity_;
  size_t size_ = 0;
  size_t retired_ = 0;
  uint32_t used_ = 0;  // slots that ever lived: those below may be looked at
  uint32_t free_ = kNoSlot;
};

}  // namespace mailroom
