// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// Which string of a message is not UTF-8. Slow (it walks by reflection): for a message
// that could not be written, to say why. Any thread.
namespace google::protobuf {
class Message;
}

namespace mailroom::rpc {

// The path of the first `string` field that holds something else: "word",
// "inner.names[2]", "labels[0].value" of a map. Empty when there is none.
std::string NonUtf8Field(const google::protobuf::Message& message);

}  // namespace mailroom::rpc
