// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_reader.h"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mailroom/rpc/json/json_guard.h"
#include "mailroom/rpc/json/json_scanner.h"
#include "mailroom/rpc/json/json_text.h"
#include "mailroom/rpc/json/json_values.h"

namespace mailroom::rpc {
namespace {

using Type = JsonField::Type;

// As many as json_util takes, and as protobuf's parser then nests messages.
constexpr size_t kMaxObjects = 100;

// No document is turned into more: the worst is a list of fixed64, eight bytes for
// the two of "0,"; the tags in front count with their names and brackets.
constexpr size_t kMaxGrowth = 8;

// The keys of one map: json_util refuses a second one of the same name.
class MapKeys final {
 public:
  // False when it is there already, as far as that is found at once.
  bool Add(std::string_view key) {
    if (count_ < kFew) {
      const auto end = few_ + count_;
      if (std::find(few_, end, key) != end) return false;
      few_[count_++] = key;
    } else {
      if (many_.empty()) many_.assign(few_, few_ + kFew);
      many_.push_back(key);
    }
    return true;
  }
  // False when two of many are the same.
  bool AllDiffer() {
    std::sort(many_.begin(), many_.end());
    return std::adjacent_find(many_.begin(), many_.end()) == many_.end();
  }

 private:
  static constexpr size_t kFew = 8;

  std::string_view few_[kFew];
  size_t count_ = 0;
  std::vector<std::string_view> many_;
};

class JsonReader final {
 public:
  JsonReader(std::string_view json, ScratchBuffer* wire) : scanner_(json), wire_(*wire) {}

  bool ReadRoot(const JsonTable& type) {
    scanner_.SkipSpace();
    if (!ReadObject(type)) return false;
    scanner_.SkipSpace();
    return scanner_.at_end();
  }

 private:
  using Oneofs = std::bitset<JsonTable::kMaxOneofs>;

  // A length that is written when its bytes are.
  struct Length {
    size_t at;
    size_t width;
  };

  bool ReadObject(const JsonTable& type);
  bool ReadMember(const JsonTable& type, size_t* guess, Oneofs* taken);
  bool ReadField(const JsonField& field);
  bool ReadList(const JsonField& field);
  bool ReadElements(const JsonField& field);
  bool ReadMap(const JsonField& field);
  bool ReadEntry(const JsonField& field, MapKeys* keys);
  bool ReadValue(const JsonField& field);
  bool ReadString();
  bool SkipValue();
  bool SkipObject();
  bool SkipList();

  // `{`, `}`, `[`, `]`, counted.
  bool OpenObject() {
    return scanner_.Take('{') && ++objects_ <= kMaxObjects && ++depth_ <= kMaxJsonNesting;
  }
  bool CloseObject() {
    --objects_;
    --depth_;
    return scanner_.Take('}');
  }
  bool OpenList() { return scanner_.Take('[') && ++depth_ <= kMaxJsonNesting; }
  bool CloseList() {
    --depth_;
    return scanner_.Take(']');
  }
  // True when another element follows.
  bool NextElement() {
    scanner_.SkipSpace();
    if (!scanner_.Take(',')) return false;
    scanner_.SkipSpace();
    return true;
  }
  bool TakeKey(std::string_view* key) {
    if (!scanner_.TakePlainString(key)) return false;
    scanner_.SkipSpace();
    if (!scanner_.Take(':')) return false;
    scanner_.SkipSpace();
    return true;
  }

  void WriteTag(uint32_t tag) { wire_.EndAt(WriteVarint(tag, wire_.Reserve(kMaxVarint))); }
  // Room for the length of at most `size` bytes.
  Length OpenLength(size_t size);
  Length OpenLength() { return OpenLength(kMaxGrowth * scanner_.remaining()); }
  bool CloseLength(const Length& length);

  JsonScanner scanner_;
  ScratchBuffer& wire_;
  size_t objects_ = 0;
  size_t depth_ = 0;
};

JsonReader::Length JsonReader::OpenLength(size_t size) {
  const Length length{wire_.size(), VarintWidth(size)};
  wire_.EndAt(wire_.Reserve(length.width) + length.width);
  return length;
}

bool JsonReader::CloseLength(const Length& length) {
  const size_t size = wire_.size() - length.at - length.width;
  if (VarintWidth(size) > length.width) return false;
  WritePaddedVarint(size, length.width, wire_.data() + length.at);
  return true;
}

bool JsonReader::ReadObject(const JsonTable& type) {
  if (!OpenObject()) return false;
  scanner_.SkipSpace();
  if (scanner_.next() == '}') return CloseObject();
  Oneofs taken;
  size_t guess = 0;
  do {
    if (!ReadMember(type, &guess, &taken)) return false;
  } while (NextElement());
  return CloseObject();
}

bool JsonReader::ReadMember(const JsonTable& type, size_t* guess, Oneofs* taken) {
  std::string_view name;
  if (!TakeKey(&name) || name.empty()) return false;
  const JsonField* const field = type.ByName(name, guess);
  if (field == nullptr) return SkipValue();
  if (scanner_.next() == 'n') return scanner_.TakeWord("null");
  if (field->oneof != 0) {
    // Two of one, or a proto3 optional field twice.
    if (taken->test(field->oneof - 1u)) return false;
    taken->set(field->oneof - 1u);
  }
  return ReadField(*field);
}

bool JsonReader::ReadField(const JsonField& field) {
  if (field.map) return ReadMap(field);
  if (field.repeated) return ReadList(field);
  WriteTag(field.tag());
  return ReadValue(field);
}

bool JsonReader::ReadList(const JsonField& field) {
  if (!OpenList()) return false;
  scanner_.SkipSpace();
  if (scanner_.next() == ']') return CloseList();
  if (!field.packable()) return ReadElements(field) && CloseList();
  WriteTag(field.packed_tag());
  const Length length = OpenLength();
  return ReadElements(field) && CloseLength(length) && CloseList();
}

bool JsonReader::ReadElements(const JsonField& field) {
  do {
    if (!field.packable()) WriteTag(field.tag());
    if (!ReadValue(field)) return false;
  } while (NextElement());
  return true;
}

bool JsonReader::ReadMap(const JsonField& field) {
  if (!OpenObject()) return false;
  scanner_.SkipSpace();
  if (scanner_.next() == '}') return CloseObject();
  MapKeys keys;
  do {
    if (!ReadEntry(field, &keys)) return false;
  } while (NextElement());
  return keys.AllDiffer() && CloseObject();
}

bool JsonReader::ReadEntry(const JsonField& field, MapKeys* keys) {
  const JsonField& key = field.message->key();
  const JsonField& value = field.message->value();
  std::string_view name;
  WriteTag(field.tag());
  const Length length = OpenLength();
  if (!TakeKey(&name) || !keys->Add(name)) return false;
  WriteTag(key.tag());
  if (!AppendMapKey(key.type, name, &wire_)) return false;
  WriteTag(value.tag());
  return ReadValue(value) && CloseLength(length);
}

bool JsonReader::ReadValue(const JsonField& field) {
  switch (field.type) {
    case Type::TYPE_STRING:
      return ReadString();
    case Type::TYPE_MESSAGE: {
      const Length length = OpenLength();
      return ReadObject(*field.message) && CloseLength(length);
    }
    default:
      return ReadScalar(field, &scanner_, &wire_);
  }
}

bool JsonReader::ReadString() {
  JsonString string;
  if (!scanner_.TakeString(&string)) return false;
  if (!string.escaped) {
    AppendSized(string.raw, &wire_);
    return true;
  }
  const Length length = OpenLength(string.raw.size());
  return AppendUnescaped(string.raw, &wire_) && CloseLength(length);
}

// A value that no field takes. What json_util would not read is not skipped either.
bool JsonReader::SkipValue() {
  switch (scanner_.next()) {
    case '{':
      return SkipObject();
    case '[':
      return SkipList();
    case '"': {
      JsonString string;
      const size_t before = wire_.size();
      if (!scanner_.TakeString(&string)) return false;
      if (string.escaped && !AppendUnescaped(string.raw, &wire_)) return false;
      wire_.Truncate(before);
      return true;
    }
    case 't':
      return scanner_.TakeWord("true");
    case 'f':
      return scanner_.TakeWord("false");
    case 'n':
      return scanner_.TakeWord("null");
    default:
      return SkipNumber(&scanner_);
  }
}

bool JsonReader::SkipObject() {
  if (!OpenObject()) return false;
  scanner_.SkipSpace();
  if (scanner_.next() == '}') return CloseObject();
  std::string_view key;
  do {
    if (!TakeKey(&key) || !SkipValue()) return false;
  } while (NextElement());
  return CloseObject();
}

bool JsonReader::SkipList() {
  if (!OpenList()) return false;
  scanner_.SkipSpace();
  if (scanner_.next() == ']') return CloseList();
  do {
    if (!SkipValue()) return false;
  } while (NextElement());
  return CloseList();
}

}  // namespace

bool JsonToWire(std::string_view json, const JsonTable& type, ScratchBuffer* wire) {
  return JsonReader(json, wire).ReadRoot(type);
}

}  // namespace mailroom::rpc
