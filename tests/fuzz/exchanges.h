// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mailroom/base/bytes.h"
#include "mailroom/http/http1_pool.h"
#include "mailroom/http/limits.h"

// Exchanges: everything an HTTP/1.1 engine says about some bytes, in a form that
// does not depend on how they were cut.
//
// While it is fed, this is checked (MAILROOM_CHECK): no event takes more bytes
// than it was given, each takes some unless it is NeedMore, End or Bad; views
// point into the bytes, or say the same where a head is remembered; ordinals count from one; no
// body is larger than the limit; what waits for more bytes is bounded; Bad is for ever; at rest
// nothing is borrowed from the pool.
namespace mailroom::fuzz {

// How the bytes are cut: sizes of pieces, used in turn and again. Empty: whole.
using Cuts = std::vector<size_t>;

struct Feeding {
  http::Limits limits;
  // Answers wait until the engine wants more bytes; else they are given at once.
  bool answer_late = false;
  // StartClosing() when the first request is complete.
  bool close_early = false;
};

struct Request {
  std::string method;
  std::string target;
  std::string body;
  size_t end = 0;  // of the input: where the next one begins

  friend bool operator==(const Request&, const Request&) = default;
};

struct Exchanges {
  // "POST /a /a? x|host: x|[body]." one after the other, then Bad's status and reason.
  std::string events;
  std::vector<Request> complete;
  std::string sent;  // the answers
  size_t taken = 0;  // bytes that are done with
  bool refused = false;
  bool must_close = false;

  friend bool operator==(const Exchanges&, const Exchanges&) = default;
};

Exchanges Feed(const Feeding& feeding, BytesView bytes, const Cuts& cuts);
// With a pool that has served other connections; its limits are the feeding's.
Exchanges Feed(const Feeding& feeding, BytesView bytes, const Cuts& cuts, http::Http1Pool& pool);

// "#a0": each character is one piece's size, from 1 to 32.
Cuts CutsOf(std::string_view pattern);

// Small enough that inputs of a few hundred bytes meet every one.
http::Limits SmallLimits();

}  // namespace mailroom::fuzz
