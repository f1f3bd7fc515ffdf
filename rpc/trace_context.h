// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mailroom/http/headers.h"

// Trace context: which trace a request says it belongs to (W3C Trace Context s3.2).
//
// Read strictly: a malformed traceparent gives no trace id, never a guessed one.
// Mailroom starts no spans. The id stands in the access log; handlers find the header
// in their metadata. Any thread.
namespace mailroom::rpc {

// The 32 hexadecimal digits of the trace id, a view into `traceparent`; empty when
// that is malformed.
std::string_view ParseTraceId(std::string_view traceparent);

// The same of a request's fields, a view into them. Empty when there is no traceparent,
// or more than one: then it is not known which is right.
std::string_view TraceIdOf(const http::Headers& fields);

}  // namespace mailroom::rpc
