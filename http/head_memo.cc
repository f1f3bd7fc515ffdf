// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/head_memo.h"

#include "mailroom/http/moved_views.h"

namespace mailroom::http {

size_t HeadMemo::Recall(BytesView input, RequestHead* head, Headers* fields) const {
  for (const Entry& entry : entries_) {
    if (entry.block.empty() || !input.starts_with(entry.block)) continue;
    const MovedViews move(entry.block, input.data());
    move.Head(entry.head, head);
    move.Fields(entry.fields, fields);
    return entry.block.size();
  }
  return 0;
}

void HeadMemo::Keep(BytesView block, const RequestHead& head, const Headers& fields) {
  if (block.size() > kLongest || head.chunked) return;
  Entry& entry = entries_[oldest_];
  oldest_ = (oldest_ + 1) % kHeads;
  entry.block = block;
  const MovedViews move(block, entry.block.data());
  move.Head(head, &entry.head);
  entry.fields.Clear();
  move.Fields(fields, &entry.fields);
}

}  // namespace mailroom::http
