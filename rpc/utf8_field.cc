// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/utf8_field.h"

#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "mailroom/base/utf8.h"

namespace mailroom::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// "" and false when it is well-formed; the path below `field` otherwise.
bool IsBad(const Message& message, const FieldDescriptor& field, int index, std::string* below) {
  const Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  if (field.message_type() != nullptr) {
    const Message& child = repeated ? reflection.GetRepeatedMessage(message, &field, index)
                                    : reflection.GetMessage(message, &field);
    *below = NonUtf8Field(child);
    return !below->empty();
  }
  std::string scratch;
  return !IsUtf8(repeated ? reflection.GetRepeatedStringReference(message, &field, index, &scratch)
                          : reflection.GetStringReference(message, &field, &scratch));
}

// Maps are looked at as what they are on the wire: repeated entry messages.
std::string BadPart(const Message& message, const FieldDescriptor& field) {
  const int count = field.is_repeated() ? message.GetReflection()->FieldSize(message, &field) : 1;
  for (int i = 0; i < count; ++i) {
    std::string below;
    if (!IsBad(message, field, i, &below)) continue;
    std::string path(field.name());
    if (field.is_repeated()) path.append("[").append(std::to_string(i)).append("]");
    if (!below.empty()) path.append(".").append(below);
    return path;
  }
  return {};
}

}  // namespace

std::string NonUtf8Field(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool may_be =
        field->type() == FieldDescriptor::TYPE_STRING || field->message_type() != nullptr;
    std::string path = may_be ? BadPart(message, *field) : std::string();
    if (!path.empty()) return path;
  }
  return {};
}

}  // namespace mailroom::rpc
