// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/head_memo.h"

#include <cstdint>
#include <string_view>

namespace mailroom::http {
namespace {

// Views of one copy of some bytes as the same views of another copy.
class Moved {
 public:
  Moved(BytesView from, const char* to) : from_(from), to_(to) {}

  // What does not lie in the bytes stays where it is: "/" of a target without a path.
  std::string_view operator()(std::string_view view) const {
    const auto at =
        reinterpret_cast<uintptr_t>(view.data()) - reinterpret_cast<uintptr_t>(from_.data());
    return at < from_.size() ? std::string_view(to_ + at, view.size()) : view;
  }

  void Head(const RequestHead& from, RequestHead* to) const {
    const Moved& move = *this;
    *to = from;
    to->method = move(from.method);
    to->target = move(from.target);
    to->parts.path = move(from.parts.path);
    to->parts.query = move(from.parts.query);
    to->parts.authority = move(from.parts.authority);
    to->host = move(from.host);
    to->content_type = move(from.content_type);
  }

  void Fields(const Headers& from, Headers* to) const {
    for (const Field& field : from) to->Add((*this)(field.name), (*this)(field.value));
  }

 private:
  const BytesView from_;
  const char* const to_;
};

}  // namespace

size_t HeadMemo::Recall(BytesView input, RequestHead* head, Headers* fields) const {
  for (const Entry& entry : entries_) {
    if (entry.block.empty() || !input.starts_with(entry.block)) continue;
    const Moved move(entry.block, input.data());
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
  const Moved move(block, entry.block.data());
  move.Head(head, &entry.head);
  entry.fields.Clear();
  move.Fields(fields, &entry.fields);
}

}  // namespace mailroom::http
