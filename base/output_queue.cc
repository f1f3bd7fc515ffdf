// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/output_queue.h"

#include <algorithm>
#include <utility>

#include "mailroom/base/check.h"

namespace mailroom {

BytesView OutputQueue::Unwritten(size_t index) const {
  return pieces_[index].view().substr(index == first_ ? offset_ : 0);
}

size_t OutputQueue::size() const {
  return pieces_.empty() ? 0 : settled_ + Unwritten(pieces_.size() - 1).size();
}

OutputQueue::Piece& OutputQueue::AddPiece() {
  settled_ = size();
  sealed_ = false;
  return pieces_.emplace_back();
}

std::string* OutputQueue::Tail() {
  if (pieces_.empty() || sealed_ || pieces_.back().bytes.size() >= kPieceSize) {
    AddPiece().bytes.reserve(kMoveSize);
  }
  return &pieces_.back().bytes;
}

void OutputQueue::Append(BytesView bytes) { Tail()->append(bytes); }

void OutputQueue::AppendOwned(std::string&& bytes) {
  if (bytes.size() < kMoveSize) {
    Append(bytes);
    return;
  }
  // In place of an empty last piece, not behind it.
  if (pieces_.empty() || sealed_ || Unwritten(pieces_.size() - 1).size() > 0) AddPiece();
  pieces_.back().bytes = std::move(bytes);
  sealed_ = true;
}

void OutputQueue::AppendPart(std::string* body, size_t offset, size_t size) {
  MAILROOM_DCHECK(offset + size <= body->size());
  const bool is_last = offset + size == body->size();
  if (offset == 0 && is_last) {
    AppendOwned(std::move(*body));
    return;
  }
  const BytesView part = BytesView(*body).substr(offset, size);
  if (size < kMoveSize) {
    Append(part);
  } else {
    AddPiece().lent = part;
    sealed_ = true;
  }
  if (is_last) Keep(std::move(*body));
}

void OutputQueue::Keep(std::string&& body) {
  if (empty()) return;
  Piece& piece = AddPiece();
  piece.bytes = std::move(body);
  piece.lent = BytesView("", 0);
  sealed_ = true;
}

size_t OutputQueue::Gather(std::span<BytesView> into) const {
  size_t filled = 0;
  for (size_t i = first_; i < pieces_.size() && filled < into.size(); ++i) {
    const BytesView bytes = Unwritten(i);
    if (!bytes.empty()) into[filled++] = bytes;
  }
  return filled;
}

void OutputQueue::Advance(size_t n) {
  MAILROOM_DCHECK(n <= size());
  if (n == size()) {
    Clear();
    return;
  }
  // Bytes remain, so the walk ends in some piece.
  while (n >= Unwritten(first_).size()) {
    n -= Unwritten(first_).size();
    settled_ -= Unwritten(first_).size();
    pieces_[first_] = Piece();
    offset_ = 0;
    ++first_;
  }
  offset_ += n;
  if (first_ + 1 < pieces_.size()) settled_ -= n;
  // Written pieces go when they are the larger half: amortised O(1) each.
  if (first_ * 2 > pieces_.size()) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void OutputQueue::Clear() {
  if (!pieces_.empty()) {
    Piece kept = std::move(pieces_.back());
    pieces_.clear();
    if (kept.bytes.capacity() <= kPieceSize) {
      kept.bytes.clear();
      kept.lent = BytesView();
      pieces_.push_back(std::move(kept));
    }
  }
  first_ = offset_ = settled_ = 0;
  sealed_ = false;
}

}  // namespace mailroom
