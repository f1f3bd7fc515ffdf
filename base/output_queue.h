// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mailroom/base/bytes.h"

// OutputQueue: the bytes of one connection that wait to be written.
//
// A list of pieces. A small write is copied into the last piece. A large string is moved
// in as a piece of its own, or lent part by part and then moved in: large bytes are never
// copied. A connection has a queue only while it has output: its set lends it. An empty
// queue keeps the memory of one piece, so a short reply allocates nothing.
// One thread at a time.
namespace mailroom {

class OutputQueue final {
 public:
  // Below this a string is copied, from here on moved: an iovec and a heap block
  // cost about as much as copying 4 KiB.
  static constexpr size_t kMoveSize = 4 * 1024;
  // A piece that is longer takes no more: a peer that never quite catches up
  // must not make one piece grow for ever. Also the most an empty queue keeps.
  static constexpr size_t kPieceSize = 16 * 1024;

  void Append(BytesView bytes);
  // Moved in as a piece of its own, unless it is small: then it is copied and stays.
  void AppendOwned(std::string&& bytes);
  // Bytes [offset, offset + size) of *body. The part that reaches its end takes *body
  // along as AppendOwned does. The parts before it are lent: until the last part, the
  // caller leaves *body as it is; a caller that gives up before calls Keep().
  void AppendPart(std::string* body, size_t offset, size_t size);
  // Holds `body`, parts of which were lent, until they are written.
  void Keep(std::string&& body);
  // The last piece, to append to. Valid until the next call but size().
  std::string* Tail();

  // Bytes not written yet, those appended to *Tail() included.
  size_t size() const;
  bool empty() const { return size() == 0; }

  // Fills `into` with the first pieces that hold bytes; returns how many.
  size_t Gather(std::span<BytesView> into) const;
  // The first `n` bytes were written. REQUIRES: n <= size().
  void Advance(size_t n);
  // Forgets all; keeps the memory of one ordinary piece.
  void Clear();

 private:
  struct Piece {
    std::string bytes;
    // Not null: these are written instead of `bytes`, which is only kept. They may be
    // empty.
    BytesView lent;

    BytesView view() const { return lent.data() == nullptr ? BytesView(bytes) : lent; }
  };

  BytesView Unwritten(size_t index) const;
  Piece& AddPiece();

  std::vector<Piece> pieces_;  // those before first_ are written and empty
  size_t first_ = 0;
  size_t offset_ = 0;    // bytes of pieces_[first_] that are written
  size_t settled_ = 0;   // unwritten bytes of all pieces but the last
  bool sealed_ = false;  // the last piece takes no more: it was moved in, lent or kept
};

}  // namespace mailroom
