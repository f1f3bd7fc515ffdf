// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "mailroom/base/status.h"

// How the sixteen codes are spelled on Connect's wire. Source: Connect protocol
// reference, "Error codes" (https://connectrpc.com/docs/protocol#error-codes). Any thread.
namespace mailroom::rpc {

// Connect unary: code to HTTP status (not_found is 404, unavailable 503, ...).
int HttpStatus(Code code);

// What a client makes of a bare HTTP status without an error body (400 is
// internal, 401 unauthenticated, 404 unimplemented, 429/502/503/504 unavailable,
// all else unknown).
Code CodeFromHttpStatus(int status);

// "not_found" to its code; nothing for any other word.
std::optional<Code> ParseCode(std::string_view name);

}  // namespace mailroom::rpc
