// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "mailroom/base/clock.h"
#include "mailroom/http/headers.h"
#include "mailroom/http/limits.h"

// Http1Pool: what the HTTP/1.1 engines of one loop share, so that an engine at
// rest is small: the limits, templates of the heads that are written, and spare
// parsers and field lists.
// An engine borrows a field list while a Head's views are valid, and a parser while a
// chunked body is incomplete. While it waits for a head it borrows nothing.
//
// One per loop, owned by the I/O actor; outlives its engines. Loop thread only.
namespace mailroom::http {

class HeadWriter;
class Http1Parser;

class Http1Pool final {
 public:
  explicit Http1Pool(const Limits& limits);
  ~Http1Pool();
  Http1Pool(const Http1Pool&) = delete;
  Http1Pool& operator=(const Http1Pool&) = delete;

  const Limits& limits() const { return limits_; }
  // Things that engines have borrowed right now.
  size_t lent() const { return lent_; }

  // For engines.
  HeadWriter& head_writer() { return *head_writer_; }
  // "date: Sun, 06 Nov 1994 08:49:37 GMT" and its CRLF, for a response that no
  // engine writes. Valid until the next call.
  std::string_view DateField(WallTime now);
  std::unique_ptr<Http1Parser> BorrowParser();
  void GiveBack(std::unique_ptr<Http1Parser> parser);
  std::unique_ptr<Headers> BorrowHeaders();
  void GiveBack(std::unique_ptr<Headers> headers);

 private:
  Limits limits_;
  std::unique_ptr<HeadWriter> head_writer_;
  size_t lent_ = 0;
  std::vector<std::unique_ptr<Http1Parser>> parsers_;
  std::vector<std::unique_ptr<Headers>> headers_;
};

}  // namespace mailroom::http
