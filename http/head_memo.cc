// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/head_memo.h"

#include "mailroom/http/moved_views.h"

namespace mailroom::http {

const HeadMemo::Known* HeadMemo::Recall(BytesView input) const {
  for (const Known& known : known_) {
    if (!known.block.empty() && input.starts_with(known.block)) return &known;
  }
  return nullptr;
}

void HeadMemo::Keep(BytesView block, const RequestHead& head, const Headers& fields) {
  if (block.size() > kLongest || head.chunked) return;
  Known& known = known_[kept_ % kHeads];
  known.number = ++kept_;
  known.block = block;
  const MovedViews move(block, known.block.data());
  move.Head(head, &known.head);
  known.fields.Clear();
  move.Fields(fields, &known.fields);
}

}  // namespace mailroom::http
