// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mailroom/base/clock.h"
#include "mailroom/base/metadata.h"
#include "mailroom/base/status.h"
#include "mailroom/base/wire_format.h"
#include "mailroom/http/engine.h"
#include "mailroom/http/headers.h"
#include "mailroom/rpc/method.h"

// Protocol: the seam over what callers speak: Connect's unary calls today, gRPC and
// gRPC-Web later. Exchange to call, outcome to answer, as pure functions: no state
// between calls, no clock, no sockets.
//
// Adding a protocol: implement these five, add it to rpc/protocols.h. Claims() looks at
// the HTTP method and the content type alone, so the hall finds the protocol before it
// reads anything else. Errors found later are answered by the protocol that claimed the
// request.
// Loop thread; objects are constants that live for ever.
namespace mailroom::rpc {

// What a request's head says about its call.
struct CallHead {
  WireFormat format = WireFormat::kProto;
  std::optional<Duration> timeout;  // connect-timeout-ms
  Compression request_compression = Compression::kIdentity;
  Compression accepted = Compression::kIdentity;  // what the reply may be compressed by
  bool compress_always = false;                   // however small: identity is refused
  bool unknown_compression = false;               // the error tells which are known
};

// An answer in HTTP's terms. Reused from call to call; Clear() keeps memory.
// Views in `headers` and `trailers` point into `text`, static storage or the
// metadata that was passed to Finish: write the answer out before those change.
// It stays where it is, or the views into `text` would end.
struct Answer {
  Answer() = default;
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  int status = 200;
  std::string_view content_type;
  http::Headers headers;
  std::string body;
  bool has_trailers = false;  // HTTP trailers; Connect's unary calls have none
  http::Headers trailers;
  // Backing storage for values that had to be composed.
  std::string text;
  // Finish() has put `internal` in the place of what could not be sent.
  bool replaced = false;

  void Clear();
  // Gives back what a large body took: the next answer may be long in coming.
  void Trim() {
    if (body.capacity() > kKeptBody) std::string().swap(body);
  }

 private:
  static constexpr size_t kKeptBody = 64 * 1024;
};

// How a call ended, by the actor's answer or by the loop's (shed, deadline).
struct Outcome {
  const Status* status;      // never null
  const Metadata* headers;   // leading, never null
  const Metadata* trailers;  // trailing, never null
  std::string* message;      // the reply's bytes when OK, else it may be null; Finish swaps
                             // it for an empty string with room of its own
  Compression compression = Compression::kIdentity;  // of those bytes
};

class Protocol {
 public:
  // "connect", for logs and metrics.
  virtual std::string_view name() const = 0;

  // The codec that `content_type` names, when this protocol speaks it under HTTP
  // `method`.
  virtual std::optional<WireFormat> Claims(std::string_view method,
                                           std::string_view content_type) const = 0;

  // Reads the head of a claimed request: version, timeout, compression, and fills
  // *metadata with what the handler should see (protocol headers and hop-by-hop
  // fields left out, "-bin" values decoded). Both are cleared first, but for
  // call->format, which Claims() has told.
  // An error is answered by Finish with no message.
  virtual Status Accept(const http::Head& head, const MethodSpec& method, CallHead* call,
                        Metadata* metadata) const = 0;

  // Turns the whole request body of a unary call into the message's bytes in
  // place. Connect: nothing to do.
  virtual Status OpenBody(std::string* body) const = 0;

  // Outcome to answer, never fails: what can't be written becomes internal, also
  // metadata that a handler may not send (a CR or LF, a name of HTTP's own; why is
  // logged). The code that the caller is told.
  // Allocates nothing in steady state when all is well and there is no metadata.
  virtual Code Finish(const CallHead& call, const Outcome& outcome, Answer* answer) const = 0;

 protected:
  ~Protocol() = default;
};

}  // namespace mailroom::rpc
