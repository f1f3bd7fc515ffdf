// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "mailroom/base/bytes.h"
#include "mailroom/http/headers.h"
#include "mailroom/http/http1_parser.h"

namespace mailroom::http {

// Turns views into one copy of some bytes into views of the same places in another
// copy. Private. Both copies outlive it.
class MovedViews final {
 public:
  MovedViews(BytesView from, const char* to) : from_(from), to_(to) {}

  // A view that does not lie in the bytes stays as it is: "/" of a target without a path.
  std::string_view operator()(std::string_view view) const {
    const auto at =
        reinterpret_cast<uintptr_t>(view.data()) - reinterpret_cast<uintptr_t>(from_.data());
    return at < from_.size() ? std::string_view(to_ + at, view.size()) : view;
  }

  void Head(const RequestHead& from, RequestHead* to) const {
    const MovedViews& move = *this;
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

}  // namespace mailroom::http
