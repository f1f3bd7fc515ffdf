// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mailroom/base/status.h"

// Error details: messages that travel with an error.
//
// A detail is a message of any type by name and bytes. Handlers attach one:
//
//     Status status = FailedPrecondition("overdrawn");
//     status.AddDetail(rpc::MakeErrorDetail(overdraft));
//
// Its form for people (Connect's "debug") is made there and then, on the worker:
// json_util is slow, and errors are written on the loop. Any thread.
namespace google::protobuf {
class Message;
}

namespace mailroom::rpc {

// The detail that carries `message`, with `debug` unless the message is large or
// has no JSON form.
ErrorDetail MakeErrorDetail(const google::protobuf::Message& message);

// Reads a detail back. False, and *message cleared, when it is of another type
// or its bytes are not such a message.
bool UnpackErrorDetail(const ErrorDetail& detail, google::protobuf::Message* message);

// Appends the detail as Connect writes it: {"type":"a.B","value":"base64"}, with
// "debug" when it has one.
// REQUIRES: detail.debug is empty or one JSON value; it is not looked at again.
void AppendErrorDetail(const ErrorDetail& detail, std::string* out);

}  // namespace mailroom::rpc
