// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_writer.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mailroom/rpc/json/json_base64.h"
#include "mailroom/rpc/json/json_number.h"
#include "mailroom/rpc/json/json_text.h"
#include "mailroom/rpc/json/wire_reader.h"

namespace mailroom::rpc {
namespace {

using Type = JsonField::Type;

// json_util writes no deeper.
constexpr size_t kMaxMessages = 64;

class JsonWriter final {
 public:
  explicit JsonWriter(ScratchBuffer* json) : json_(*json) {}

  bool WriteObject(const JsonTable& type, WireReader wire);

 private:
  bool WriteField(const JsonField& field, uint32_t tag, WireReader* wire);
  bool WriteList(const JsonField& field, uint32_t tag, WireReader* wire);
  bool WritePacked(const JsonField& field, WireReader* wire);
  bool WriteMap(const JsonField& field, uint32_t tag, WireReader* wire);
  bool WriteEntry(const JsonField& field, WireReader entry);
  bool WriteKey(const JsonField& key, WireReader* wire);
  bool WriteValue(const JsonField& field, WireReader* wire);
  bool WriteVarintValue(const JsonField& field, uint64_t value);
  bool WriteBytesValue(const JsonField& field, BytesView bytes);
  bool WriteString(std::string_view text);
  void WriteEnum(const JsonEnum& values, int32_t number);

  template <class T>
  void WriteInteger(T value) {
    constexpr size_t kMaxDigits = 20;
    char* const to = json_.Reserve(kMaxDigits);
    json_.EndAt(std::to_chars(to, to + kMaxDigits, value).ptr);
  }
  template <class T>
  void WriteQuoted(T value) {
    json_.Push('"');
    WriteInteger(value);
    json_.Push('"');
  }
  template <class T>
  void WriteReal(T value);

  ScratchBuffer& json_;
  size_t depth_ = 0;
};

// Whether `tag` is how the field stands on the wire: else it is an unknown field.
bool Accepts(const JsonField& field, uint32_t tag) {
  return tag == field.tag() || (field.packable() && tag == field.packed_tag());
}

bool JsonWriter::WriteObject(const JsonTable& type, WireReader wire) {
  json_.Push('{');
  size_t guess = 0;
  size_t comma = 1;  // in front of a label: none before the first
  while (!wire.at_end()) {
    uint32_t tag = 0;
    if (!wire.TakeTag(&tag)) return false;
    const JsonField* const field = type.ByNumber(tag >> 3, &guess);
    if (field == nullptr || !Accepts(*field, tag)) {
      if (!wire.Skip(tag)) return false;
      continue;
    }
    json_.Append(std::string_view(field->label).substr(comma));
    comma = 0;
    if (!WriteField(*field, tag, &wire)) return false;
  }
  json_.Push('}');
  return true;
}

bool JsonWriter::WriteField(const JsonField& field, uint32_t tag, WireReader* wire) {
  if (field.map) return WriteMap(field, tag, wire);
  if (field.repeated) return WriteList(field, tag, wire);
  return WriteValue(field, wire);
}

bool JsonWriter::WriteList(const JsonField& field, uint32_t tag, WireReader* wire) {
  json_.Push('[');
  if (tag != field.tag()) {
    if (!WritePacked(field, wire)) return false;
  } else {
    if (!WriteValue(field, wire)) return false;
    while (wire->TakeSame(tag)) {
      json_.Push(',');
      if (!WriteValue(field, wire)) return false;
    }
  }
  json_.Push(']');
  return true;
}

bool JsonWriter::WritePacked(const JsonField& field, WireReader* wire) {
  BytesView bytes;
  if (!wire->TakeBytes(&bytes)) return false;
  WireReader values(bytes);
  for (bool first = true; !values.at_end(); first = false) {
    if (!first) json_.Push(',');
    if (!WriteValue(field, &values)) return false;
  }
  return true;
}

bool JsonWriter::WriteMap(const JsonField& field, uint32_t tag, WireReader* wire) {
  json_.Push('{');
  BytesView entry;
  if (!wire->TakeBytes(&entry) || !WriteEntry(field, WireReader(entry))) return false;
  while (wire->TakeSame(tag)) {
    json_.Push(',');
    if (!wire->TakeBytes(&entry) || !WriteEntry(field, WireReader(entry))) return false;
  }
  json_.Push('}');
  return true;
}

// Generated code writes both halves, in order.
bool JsonWriter::WriteEntry(const JsonField& field, WireReader entry) {
  const JsonField& key = field.message->key();
  const JsonField& value = field.message->value();
  if (!entry.TakeSame(key.tag()) || !WriteKey(key, &entry)) return false;
  json_.Push(':');
  return entry.TakeSame(value.tag()) && WriteValue(value, &entry) && entry.at_end();
}

bool JsonWriter::WriteKey(const JsonField& key, WireReader* wire) {
  const bool quoted = key.type == Type::TYPE_STRING || key.wire_type == WireType::kFixed64 ||
                      key.type == Type::TYPE_INT64 || key.type == Type::TYPE_UINT64 ||
                      key.type == Type::TYPE_SINT64;
  if (quoted) return WriteValue(key, wire);
  json_.Push('"');
  if (!WriteValue(key, wire)) return false;
  json_.Push('"');
  return true;
}

bool JsonWriter::WriteValue(const JsonField& field, WireReader* wire) {
  uint64_t wide = 0;
  uint32_t narrow = 0;
  BytesView bytes;
  switch (field.wire_type) {
    case WireType::kVarint:
      return wire->TakeVarint(&wide) && WriteVarintValue(field, wide);
    case WireType::kBytes:
      return wire->TakeBytes(&bytes) && WriteBytesValue(field, bytes);
    case WireType::kFixed64:
      if (!wire->TakeFixed64(&wide)) return false;
      if (field.type == Type::TYPE_DOUBLE) {
        WriteReal(std::bit_cast<double>(wide));
      } else if (field.type == Type::TYPE_FIXED64) {
        WriteQuoted(wide);
      } else {
        WriteQuoted(static_cast<int64_t>(wide));
      }
      return true;
    case WireType::kFixed32:
      if (!wire->TakeFixed32(&narrow)) return false;
      if (field.type == Type::TYPE_FLOAT) {
        WriteReal(std::bit_cast<float>(narrow));
      } else if (field.type == Type::TYPE_FIXED32) {
        WriteInteger(narrow);
      } else {
        WriteInteger(static_cast<int32_t>(narrow));
      }
      return true;
  }
  return false;
}

bool JsonWriter::WriteVarintValue(const JsonField& field, uint64_t value) {
  const auto unzigzagged = static_cast<int64_t>(value >> 1 ^ (0 - (value & 1)));
  switch (field.type) {
    case Type::TYPE_BOOL:
      json_.Append(value != 0 ? "true" : "false");
      return true;
    case Type::TYPE_INT32:
      WriteInteger(static_cast<int32_t>(value));
      return true;
    case Type::TYPE_UINT32:
      WriteInteger(static_cast<uint32_t>(value));
      return true;
    case Type::TYPE_SINT32:
      WriteInteger(static_cast<int32_t>(unzigzagged));
      return true;
    case Type::TYPE_INT64:
      WriteQuoted(static_cast<int64_t>(value));
      return true;
    case Type::TYPE_UINT64:
      WriteQuoted(value);
      return true;
    case Type::TYPE_SINT64:
      WriteQuoted(unzigzagged);
      return true;
    case Type::TYPE_ENUM:
      WriteEnum(*field.values, static_cast<int32_t>(value));
      return true;
    default:
      return false;
  }
}

bool JsonWriter::WriteBytesValue(const JsonField& field, BytesView bytes) {
  switch (field.type) {
    case Type::TYPE_STRING:
      return WriteString(bytes);
    case Type::TYPE_BYTES:
      json_.Push('"');
      AppendJsonBase64(bytes, &json_);
      json_.Push('"');
      return true;
    case Type::TYPE_MESSAGE: {
      if (depth_ == kMaxMessages) return false;
      ++depth_;
      const bool written = WriteObject(*field.message, WireReader(bytes));
      --depth_;
      return written;
    }
    default:
      return false;
  }
}

bool JsonWriter::WriteString(std::string_view text) {
  json_.Push('"');
  if (!AppendEscaped(text, &json_)) return false;
  json_.Push('"');
  return true;
}

// Values without a name are numbers.
void JsonWriter::WriteEnum(const JsonEnum& values, int32_t number) {
  if (const auto* const label = values.LabelOf(number)) {
    json_.Append(*label);
  } else {
    WriteInteger(number);
  }
}

template <class T>
void JsonWriter::WriteReal(T value) {
  if (std::isnan(value)) {
    json_.Append("\"NaN\"");
  } else if (std::isinf(value)) {
    json_.Append(value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  } else if constexpr (sizeof(T) == sizeof(double)) {
    json_.EndAt(WriteDouble(value, json_.Reserve(kMaxDouble)));
  } else {
    json_.EndAt(WriteFloat(value, json_.Reserve(kMaxDouble)));
  }
}

}  // namespace

bool WireToJson(BytesView wire, const JsonTable& type, ScratchBuffer* json) {
  return JsonWriter(json).WriteObject(type, WireReader(wire));
}

}  // namespace mailroom::rpc
