// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/http1_pool.h"

#include <algorithm>
#include <utility>

#include "mailroom/http/http1_parser.h"
#include "mailroom/http/http1_writer.h"

namespace mailroom::http {
namespace {

// Spares kept of each kind: enough for the requests of one busy turn, little
// beside the connections (a parser is about 300 bytes, a list up to 3 KiB).
constexpr size_t kSpares = 64;

// Engines count places in a head in 32 bits and add small constants to limits.
constexpr size_t kLargestLimit = size_t{1} << 30;

template <class T>
std::unique_ptr<T> Borrow(std::vector<std::unique_ptr<T>>* spares) {
  if (spares->empty()) return std::make_unique<T>();
  std::unique_ptr<T> spare = std::move(spares->back());
  spares->pop_back();
  return spare;
}

template <class T>
void Keep(std::unique_ptr<T> spare, std::vector<std::unique_ptr<T>>* spares) {
  if (spares->size() < kSpares) spares->push_back(std::move(spare));
}

}  // namespace

Http1Pool::Http1Pool(const Limits& limits)
    : limits_(limits), head_writer_(std::make_unique<HeadWriter>()) {
  for (size_t* limit : {&limits_.request_line, &limits_.header_bytes, &limits_.header_count,
                        &limits_.chunk_extra_bytes, &limits_.trailer_bytes}) {
    *limit = std::min(*limit, kLargestLimit);
  }
  parsers_.reserve(kSpares);
  headers_.reserve(kSpares);
}

Http1Pool::~Http1Pool() = default;

std::unique_ptr<Http1Parser> Http1Pool::BorrowParser() {
  ++lent_;
  return Borrow(&parsers_);
}

void Http1Pool::GiveBack(std::unique_ptr<Http1Parser> parser) {
  --lent_;
  Keep(std::move(parser), &parsers_);
}

std::string_view Http1Pool::DateField(WallTime now) { return head_writer_->DateField(now); }

std::unique_ptr<Headers> Http1Pool::BorrowHeaders() {
  ++lent_;
  return Borrow(&headers_);
}

void Http1Pool::GiveBack(std::unique_ptr<Headers> headers) {
  --lent_;
  headers->Clear();
  Keep(std::move(headers), &headers_);
}

}  // namespace mailroom::http
