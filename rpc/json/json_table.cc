// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_table.h"

#include <algorithm>
#include <bit>
#include <map>

#include "mailroom/rpc/json/json_text.h"

namespace mailroom::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

std::string Quoted(std::string_view text) {
  ScratchBuffer quoted;
  quoted.Push('"');
  AppendEscaped(text, &quoted);  // names in a descriptor are UTF-8
  quoted.Push('"');
  return std::string(quoted.view());
}

WireType WireTypeOf(FieldDescriptor::Type type) {
  switch (type) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return WireType::kFixed64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return WireType::kFixed32;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
      return WireType::kBytes;
    default:
      return WireType::kVarint;
  }
}

JsonField MakeField(const FieldDescriptor& descriptor) {
  JsonField field;
  field.number = static_cast<uint32_t>(descriptor.number());
  field.type = descriptor.type();
  field.wire_type = WireTypeOf(field.type);
  field.map = descriptor.is_map();
  field.repeated = descriptor.is_repeated() && !field.map;
  if (const auto* const oneof = descriptor.containing_oneof(); oneof != nullptr) {
    field.oneof = static_cast<uint16_t>(oneof->index() + 1);
  }
  if (field.type == FieldDescriptor::TYPE_ENUM) {
    field.values = std::make_unique<const JsonEnum>(*descriptor.enum_type());
  }
  field.name = descriptor.json_name();
  field.label = "," + Quoted(field.name) + ":";
  return field;
}

size_t Hash(std::string_view name) {
  size_t hash = name.size();
  for (const char c : name) hash = hash * 31 + static_cast<unsigned char>(c);
  return hash ^ hash >> 7;
}

}  // namespace

JsonEnum::JsonEnum(const EnumDescriptor& type) {
  std::map<int32_t, std::string> labels;  // the first of several names stays
  std::map<std::string, int32_t> numbers;
  for (int i = 0; i < type.value_count(); ++i) {
    labels.emplace(type.value(i)->number(), Quoted(type.value(i)->name()));
    numbers.emplace(type.value(i)->name(), type.value(i)->number());
  }
  labels_.assign(labels.begin(), labels.end());
  numbers_.assign(numbers.begin(), numbers.end());
}

const std::string* JsonEnum::LabelOf(int32_t number) const {
  const auto found =
      std::lower_bound(labels_.begin(), labels_.end(), number,
                       [](const auto& label, int32_t wanted) { return label.first < wanted; });
  return found != labels_.end() && found->first == number ? &found->second : nullptr;
}

bool JsonEnum::NumberOf(std::string_view name, int32_t* number) const {
  const auto found = std::lower_bound(
      numbers_.begin(), numbers_.end(), name,
      [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  if (found == numbers_.end() || found->first != name) return false;
  *number = found->second;
  return true;
}

JsonTable::JsonTable(const Descriptor& type) {
  std::vector<const FieldDescriptor*> order;
  for (int i = 0; i < type.field_count(); ++i) order.push_back(type.field(i));
  std::sort(order.begin(), order.end(),
            [](const auto* a, const auto* b) { return a->number() < b->number(); });
  for (const FieldDescriptor* field : order) fields_.push_back(MakeField(*field));

  // The first in the schema keeps a name that several have in JSON.
  names_.resize(std::bit_ceil(4 * order.size() + 1));
  const auto place = [&order](const FieldDescriptor* field) {
    return static_cast<size_t>(std::find(order.begin(), order.end(), field) - order.begin());
  };
  for (int i = 0; i < type.field_count(); ++i) {
    AddName(type.field(i)->json_name(), place(type.field(i)));
  }
  for (int i = 0; i < type.field_count(); ++i) AddName(type.field(i)->name(), place(type.field(i)));
  for (JsonField& field : fields_) {
    if (&fields_[FindName(field.name)->second] != &field) field.name.clear();
  }
}

void JsonTable::AddName(const std::string& name, size_t place) {
  if (FindName(name) != nullptr) return;
  size_t at = Hash(name);
  while (!names_[at & (names_.size() - 1)].first.empty()) ++at;
  names_[at & (names_.size() - 1)] = Name(name, static_cast<uint32_t>(place));
}

const JsonTable::Name* JsonTable::FindName(std::string_view name) const {
  for (size_t at = Hash(name);; ++at) {
    const Name& entry = names_[at & (names_.size() - 1)];
    if (entry.first.empty()) return nullptr;
    if (entry.first == name) return &entry;
  }
}

const JsonField* JsonTable::ByName(std::string_view name, size_t* guess) const {
  if (*guess < fields_.size() && fields_[*guess].name == name) [[likely]] {
    return &fields_[(*guess)++];
  }
  const Name* const found = FindName(name);
  if (found == nullptr) return nullptr;
  *guess = found->second + 1;
  return &fields_[found->second];
}

const JsonField* JsonTable::ByNumber(uint32_t number, size_t* guess) const {
  if (*guess < fields_.size() && fields_[*guess].number == number) [[likely]] {
    return &fields_[(*guess)++];
  }
  const auto found = std::lower_bound(
      fields_.begin(), fields_.end(), number,
      [](const JsonField& field, uint32_t wanted) { return field.number < wanted; });
  if (found == fields_.end() || found->number != number) return nullptr;
  *guess = static_cast<size_t>(found - fields_.begin()) + 1;
  return &*found;
}

}  // namespace mailroom::rpc
