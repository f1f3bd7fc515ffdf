// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mailroom/base/bytes.h"
#include "mailroom/http/engine.h"
#include "mailroom/http/limits.h"

// Transcript: what an engine makes of some bytes, as one line of text that does
// not depend on how they were cut:
//
//   GET /a.               a request, complete
//   POST /a?q[hello].     with a body, complete; [] for one that is empty
//   POST /a[hel]~         not complete
//   GET /a. GET /b.       two of them
//   GET /a. close         and no further one may follow
//   GET /a. 400           and then something that was refused
//   ~                     the beginning of something
//
// Each complete request is answered at once with an empty 200. Every input is
// placed before a page that cannot be touched and spoiled after each event.
namespace mailroom::http::testing {

struct Transcript {
  std::string line;
  std::string refusal;  // Bad's reason
  std::string sent;     // the answers
};

// Feeds `raw` in pieces of these sizes, the rest as the last piece.
Transcript Feed(const Limits& limits, BytesView raw, const std::vector<size_t>& pieces);

// Feeds `raw` whole, whole once more behind a connection that has sent the same,
// byte by byte, seven bytes at a time and in two pieces cut at every byte. Reports a test failure
// for each way that does not end in `want`. Returns what the whole gave.
Transcript FeedEveryWay(const Limits& limits, BytesView raw, const std::string& want);

}  // namespace mailroom::http::testing
