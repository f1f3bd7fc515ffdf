// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>

#include "mailroom/rpc/json/wire_varint.h"

// JsonTable: one message type, compiled for the passage between JSON and the wire.
//
// What the descriptors say is looked up once: names both ways, tags, and the names
// as they are printed. Its tables point to each other; a JsonSchema owns them all.
// Immutable. Private. Any thread.
namespace mailroom::rpc {

class JsonTable;

class JsonEnum final {
 public:
  explicit JsonEnum(const google::protobuf::EnumDescriptor& type);

  // The first name of `number` in quotes; null when it has none.
  const std::string* LabelOf(int32_t number) const;
  // False when no value has that name.
  bool NumberOf(std::string_view name, int32_t* number) const;

 private:
  std::vector<std::pair<int32_t, std::string>> labels_;   // by number
  std::vector<std::pair<std::string, int32_t>> numbers_;  // by name
};

struct JsonField {
  using Type = google::protobuf::FieldDescriptor::Type;

  uint32_t number = 0;
  Type type = Type::TYPE_INT32;
  WireType wire_type = WireType::kVarint;  // of one value
  bool repeated = false;                   // and no map
  bool map = false;
  uint16_t oneof = 0;                  // its place among the type's, counted from 1; 0 when in none
  const JsonTable* message = nullptr;  // of a message; of a map its entry
  std::unique_ptr<const JsonEnum> values;  // of an enum
  std::string name;                        // empty when another field has it, too
  std::string label;                       // ,"name":

  uint32_t tag() const { return MakeTag(number, wire_type); }
  uint32_t packed_tag() const { return MakeTag(number, WireType::kBytes); }
  bool packable() const { return repeated && wire_type != WireType::kBytes; }
};

class JsonTable final {
 public:
  // Fields beyond it cannot be told apart by a JsonReader.
  static constexpr int kMaxOneofs = 256;

  // Messages are not linked yet.
  explicit JsonTable(const google::protobuf::Descriptor& type);
  JsonTable(const JsonTable&) = delete;
  JsonTable& operator=(const JsonTable&) = delete;

  // The field of that name in JSON or, if there is none, in the schema. *guess is
  // where to look first, and then behind what was found: 0 for a new message.
  const JsonField* ByName(std::string_view name, size_t* guess) const;
  const JsonField* ByNumber(uint32_t number, size_t* guess) const;

  // A map entry's.
  const JsonField& key() const { return fields_[0]; }
  const JsonField& value() const { return fields_[1]; }

  std::vector<JsonField>& fields() { return fields_; }

 private:
  using Name = std::pair<std::string, uint32_t>;  // and the field's place

  void AddName(const std::string& name, size_t place);
  const Name* FindName(std::string_view name) const;

  std::vector<JsonField> fields_;  // by number
  std::vector<Name> names_;        // open addressing; an empty name is a free place
};

}  // namespace mailroom::rpc
