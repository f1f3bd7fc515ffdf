// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mailroom/base/bytes.h"
#include "mailroom/base/status.h"

// Connect's error object: {"code":"not_found","message":"...","details":[...]}.
//
// The body of every unary error. Any thread.
namespace mailroom::rpc {

// Appends the object, within the bounds of rpc/error_bounds.h. Message and details are left out
// when there are none; whatever the message holds, what is written is valid JSON in UTF-8.
// REQUIRES: an error.
void AppendConnectError(const Status& error, std::string* out);

// The client's side: what a unary answer with a status other than 200 says. The
// HTTP status decides where the body is no error object or names no code.
// Details that are malformed are left out, "debug" is never looked at.
Status ParseConnectError(int http_status, BytesView body);

}  // namespace mailroom::rpc
