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

// Engine: the seam over HTTP/1.1 now and HTTP/2 later. Bytes to exchanges,
// answers to bytes; no sockets, no clock, no threads.
//
// Input is pulled: the caller lends the bytes to Next(), which gives one event after
// the other until NeedMore. The caller may stop at any time (a session does while it
// is frozen) and keeps the bytes that are not consumed. Output is appended to a string
// (a connection's write buffer) in the order in which it is sent; the engine keeps
// no answer back.
// One engine per connection, owned by its session. Loop thread only.
namespace mailroom::http {

// Which exchange: the ordinal of the request in HTTP/1.1 (1, 2, ...), the
// stream in HTTP/2.
enum class StreamId : uint32_t {};

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
  int version_minor = 1;          // HTTP/1.x
  bool has_body = false;          // false: End follows at once
  const Headers* headers = nullptr;
};

// A piece of the body, chunk framing removed. Views are valid until the engine's
// next call of Next().
struct Body {
  StreamId stream{};
  BytesView bytes;
};

// The request is complete.
struct End {
  StreamId stream{};
};

// HTTP/2 only: the peer took one stream back.
struct Reset {
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

struct NeedMore {};

using Event = std::variant<NeedMore, Head, Body, End, Reset, Bad>;

struct ResponseHead {
  int status = 200;
  std::string_view content_type;         // empty: none
  const Headers* headers = nullptr;      // further fields, may be null
  std::optional<size_t> content_length;  // absent: chunked (1.1) or until close (1.0)
};

class Engine {
 public:
  virtual ~Engine() = default;

  // Pulls the next event out of `input`, all bytes of which have been received
  // and not consumed. Sets *consumed to the bytes that are done with: the
  // caller drops them from the front before the next call (never before it has
  // used the event's views).
  virtual Event Next(BytesView input, size_t* consumed) = 0;

  // Appends an answer's bytes to *out. HTTP/1.1: streams must be answered in
  // their order; 100-continue counts as part of its own stream's answer.
  virtual void SendContinue(StreamId stream, std::string* out) = 0;
  virtual void SendHead(StreamId stream, const ResponseHead& head, WallTime now,
                        std::string* out) = 0;
  virtual void SendBody(StreamId stream, BytesView bytes, std::string* out) = 0;
  virtual void SendEnd(StreamId stream, const Headers* trailers, std::string* out) = 0;

  // True when the current request asked for 100-continue and its body has not
  // begun; the session answers SendContinue or a final status.
  virtual bool wants_continue() const = 0;
  // True when no further request may follow on this connection (Connection:
  // close, HTTP/1.0 without keep-alive, Bad): close after the last answer. True at rest
  // after StartClosing(), too, though Next() would take one more request.
  virtual bool must_close() const = 0;
  // From now on answers say `Connection: close`, of pipelined ones the last (drain).
  virtual void StartClosing() = 0;
  // True between two requests: nothing half-received.
  virtual bool at_rest() const = 0;
};

}  // namespace mailroom::http
