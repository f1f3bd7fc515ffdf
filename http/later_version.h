// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "mailroom/base/bytes.h"
#include "mailroom/http/fault.h"
#include "mailroom/http/headers.h"
#include "mailroom/http/http1_parser.h"
#include "mailroom/http/limits.h"

// HTTP/1.2 and whatever may come behind it, read as HTTP/1.1 (RFC 9110 s2.5). Private.
//
// The parser knows 1.0 and 1.1 alone, so it is given a copy that says 1.1. Rare, and
// therefore free to copy; the views come out over the bytes that were received.
namespace mailroom::http {

// Http1Parser::ParseHead for a block whose byte `minor_at` is a digit above 1.
Fault ParseLaterVersion(Http1Parser& parser, BytesView block, size_t minor_at, const Limits& limits,
                        RequestHead* head, Headers* fields);

}  // namespace mailroom::http
