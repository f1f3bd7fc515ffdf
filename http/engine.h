// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "mailroom/base/bytes.h"
#include "mailroom/base/clock.h"
#include "mailroom/http/headers.h"
#include "mailroom/http/output.h"

// Engine: the seam over HTTP's versions. Bytes to exchanges, answers to bytes; no
// sockets, no clock, no threads.
//
// Input is pulled. The caller lends the received bytes to Next(), which gives one event
// after the other until NeedMore. The caller keeps the bytes that are not consumed.
// Output is written to an Output in the order in which it is sent. Reading may write, too.
// A stream is one request and its answer. Streams are independent: the caller asks
// Sendable() before it sends, and gives credit by Grant() before it is given a body.
// One engine per connection, owned by its session. Loop thread only.
namespace mailroom::http {

// Which exchange of the connection: 1, 2, ... or 1, 3, ..., growing.
enum class StreamId : uint32_t {};

// How many request heads a loop remembers.
inline constexpr size_t kKnownHeads = 4;

// The request head. Views are valid until the next call of Next(), of this engine
// or of another one of the same loop.
struct Head {
  StreamId stream{};
  std::string_view method;
  std::string_view target;        // as sent
  std::string_view path;          // the path of the target, without the query, not decoded
  std::string_view query;         // behind '?', may be empty
  std::string_view authority;     // Host
  std::string_view content_type;  // empty: none
  bool has_body = false;          // false: End follows at once
  // The peer sends the body after a Grant() only (100-continue). A caller that refuses the
  // request answers at once and grants nothing.
  bool awaits_grant = false;
  const Headers* headers = nullptr;
  // Not 0: all heads of this loop with this number are alike to the last byte. The
  // last kKnownHeads numbers are in use.
  uint64_t number = 0;
};

// A piece of the body, framing removed. Views are valid until the engine's next call of
// Next().
struct Body {
  StreamId stream{};
  BytesView bytes;
};

// The fields behind the body. Views as Head's.
struct Trailers {
  StreamId stream{};
  const Headers* fields = nullptr;
};

// The request is complete.
struct End {
  StreamId stream{};
};

// The peer took one stream back: nothing can be sent on it any more.
struct Reset {
  StreamId stream{};
};

// More may be sent on a stream than Sendable() has said before.
struct Writable {
  StreamId stream{};
};

// The input is not HTTP, breaks a limit, or asks for what is not supported.
// Answer `status` with `reason` as text, then close: what follows on the
// connection cannot be trusted. Next() gives Bad for ever after.
struct Bad {
  StreamId stream{};
  int status = 400;
  std::string reason;  // what is wrong, which limit was met, what raises it (Limits::body_advice)
};

// Nothing more can be made of the input now.
struct NeedMore {};

using Event = std::variant<NeedMore, Head, Body, Trailers, End, Reset, Writable, Bad>;

struct ResponseHead {
  int status = 200;
  std::string_view content_type;         // empty: none
  const Headers* headers = nullptr;      // further fields, may be null
  std::optional<size_t> content_length;  // absent: the end of the body is told otherwise
  bool last = false;                     // no body follows, and no trailers
};

// `size` bytes of *body from `offset` on. Large parts are not copied
// (OutputQueue::AppendPart): the part that reaches the end of *body takes it along, and
// until then the caller leaves it as it is.
struct BodyPart {
  std::string* body = nullptr;
  size_t offset = 0;
  size_t size = 0;
};

// Why the server takes a stream back.
enum class ResetCode : uint8_t { kNoError, kCancel, kRefused, kInternal };

struct EngineState {
  // More input is of use now. While it is not, nothing should be read from the peer.
  bool reads;
  // No stream is open, nothing is half received.
  bool at_rest;
  // No further request may follow on this connection: close it when all is answered. At
  // rest after StartClosing(), too, though Next() would take one more request.
  bool must_close;
};

class Engine {
 public:
  virtual ~Engine() = default;

  // Pulls the next event out of `input`, all bytes of which have been received and not
  // consumed. Sets *consumed to the bytes that are done with: the caller drops them from
  // the front before the next call (never before it has used the event's views).
  virtual Event Next(BytesView input, size_t* consumed, Output& out) = 0;

  // Allows the peer `bytes` more of this stream's body, SIZE_MAX: all of it. Without
  // credit no Body comes, and End may wait. A peer that awaits it is told to go on.
  virtual void Grant(StreamId stream, size_t bytes, Output& out) = 0;

  // How many bytes of a body may be sent now; 0: not even a head.
  virtual size_t Sendable(StreamId stream) const = 0;

  // An answer is SendHead; Send, any number of times unless the head was the last;
  // perhaps SendTrailers. `last` and SendTrailers end the stream. Each needs a stream
  // whose Sendable() is not 0. Nothing happens when the stream has ended already.
  virtual void SendHead(StreamId stream, const ResponseHead& head, WallTime now, Output& out) = 0;
  virtual void Send(StreamId stream, const BodyPart& part, bool last, Output& out) = 0;
  virtual void SendTrailers(StreamId stream, const Headers& trailers, Output& out) = 0;

  // Ends a stream without an answer, or in the middle of one. Where that cannot be told
  // to the peer, the connection must close.
  virtual void Reset(StreamId stream, ResetCode code, Output& out) = 0;

  // From now on the peer is told that it should not begin anything new here (drain).
  virtual void StartClosing(Output& out) = 0;

  virtual EngineState state() const = 0;
};

}  // namespace mailroom::http
