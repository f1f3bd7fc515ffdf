// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>

#include "mailroom/rpc/json/json_table.h"

// JsonSchema: the tables of a message type and of all types that it can hold.
//
// Not every type has one. Where JSON has a form of its own (Any, Timestamp, Struct
// and the others of google.protobuf), in proto2, and wherever such a type can be
// inside, json_util does the work: decided once for each type, not for each message.
// Private.
namespace google::protobuf {
class Message;
}

namespace mailroom::rpc {

class JsonSchema final {
 public:
  // Null when json_util must do it.
  static std::unique_ptr<const JsonSchema> Compile(const google::protobuf::Descriptor& type);

  const JsonTable& root() const { return *root_; }

 private:
  using Tables = std::map<const google::protobuf::Descriptor*, std::unique_ptr<JsonTable>>;

  JsonSchema(Tables tables, const JsonTable& root);

  const Tables tables_;
  const JsonTable* const root_;
};

// The table of `message`'s type from a cache of this process, compiled at its first
// use; null when json_util must do it. Only generated classes have one: a type that
// was built at run time may go away, and the cache keeps what it has for ever.
// Reading it takes no lock and writes nothing. Any thread.
const JsonTable* FindJsonTable(const google::protobuf::Message& message);

}  // namespace mailroom::rpc
