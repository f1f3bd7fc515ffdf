// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mailroom/http/headers.h"

// Trace context: which trace a request says it belongs to (W3C Trace Context s3.2).
//
// Read strictly: who sends half a traceparent gets no trace id, never a guessed one.
// Mailroom starts no spans; the id stands in the access log, and handlers find the
// header among their metadata.
namespace mailroom::rpc {

// The 32 hexadecimal digits of the trace id, a view into `traceparent`; empty when
// that is malformed.
std::string_view ParseTraceId(std::string_view traceparent);

// The same of a request's fields. Empty when there is no traceparent, or more than
// one: then nobody knows whose it is.
std::string_view TraceIdOf(const http::Headers& fields);

}  // namespace mailroom::rpc
