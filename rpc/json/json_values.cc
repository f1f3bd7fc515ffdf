// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_values.h"

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "mailroom/rpc/json/json_base64.h"
#include "mailroom/rpc/json/json_number.h"

namespace mailroom::rpc {
namespace {

using Type = JsonField::Type;

void AppendVarint(uint64_t value, ScratchBuffer* wire) {
  wire->EndAt(WriteVarint(value, wire->Reserve(kMaxVarint)));
}

// Little-endian, as the wire is.
template <std::unsigned_integral T>
void AppendFixed(T value, ScratchBuffer* wire) {
  char* to = wire->Reserve(sizeof(T));
  for (size_t i = 0; i < sizeof(T); ++i) *to++ = static_cast<char>(value >> (8 * i) & 0xFF);
  wire->EndAt(to);
}

uint64_t ZigZag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}

bool AppendSigned(Type type, int64_t value, ScratchBuffer* wire) {
  const bool wide =
      type == Type::TYPE_INT64 || type == Type::TYPE_SINT64 || type == Type::TYPE_SFIXED64;
  if (!wide && !std::in_range<int32_t>(value)) return false;
  switch (type) {
    case Type::TYPE_SINT32:
    case Type::TYPE_SINT64:
      AppendVarint(ZigZag(value), wire);
      return true;
    case Type::TYPE_SFIXED32:
      AppendFixed(static_cast<uint32_t>(value), wire);
      return true;
    case Type::TYPE_SFIXED64:
      AppendFixed(static_cast<uint64_t>(value), wire);
      return true;
    default:  // of 32 bits too: the sign goes all the way up
      AppendVarint(static_cast<uint64_t>(value), wire);
      return true;
  }
}

bool AppendUnsigned(Type type, uint64_t value, ScratchBuffer* wire) {
  const bool wide = type == Type::TYPE_UINT64 || type == Type::TYPE_FIXED64;
  if (!wide && !std::in_range<uint32_t>(value)) return false;
  switch (type) {
    case Type::TYPE_FIXED32:
      AppendFixed(static_cast<uint32_t>(value), wire);
      return true;
    case Type::TYPE_FIXED64:
      AppendFixed(value, wire);
      return true;
    default:
      AppendVarint(value, wire);
      return true;
  }
}

bool IsUnsigned(Type type) {
  return type == Type::TYPE_UINT32 || type == Type::TYPE_UINT64 || type == Type::TYPE_FIXED32 ||
         type == Type::TYPE_FIXED64;
}

bool AppendInteger(Type type, std::string_view text, ScratchBuffer* wire) {
  if (IsUnsigned(type)) {
    uint64_t value = 0;
    return ParseInteger(text, &value) && AppendUnsigned(type, value, wire);
  }
  int64_t value = 0;
  return ParseInteger(text, &value) && AppendSigned(type, value, wire);
}

bool ReadInteger(Type type, JsonScanner* scanner, ScratchBuffer* wire) {
  if (scanner->next() == '"') {
    std::string_view text;
    return scanner->TakePlainString(&text) && AppendInteger(type, text, wire);
  }
  JsonNumber number;
  if (!scanner->TakeNumber(&number)) return false;
  if (number.integer) return AppendInteger(type, number.text, wire);
  int64_t whole = 0;
  if (!ParseWholeDouble(number.text, &whole)) return false;
  if (!IsUnsigned(type)) return AppendSigned(type, whole, wire);
  return whole >= 0 && AppendUnsigned(type, static_cast<uint64_t>(whole), wire);
}

// A number in quotes, or one of the three words.
bool ReadQuotedDouble(JsonScanner* scanner, double* value) {
  using Limits = std::numeric_limits<double>;
  std::string_view text;
  if (!scanner->TakePlainString(&text)) return false;
  if (text == "NaN") {
    *value = Limits::quiet_NaN();
  } else if (text == "Infinity") {
    *value = Limits::infinity();
  } else if (text == "-Infinity") {
    *value = -Limits::infinity();
  } else {
    JsonScanner inside(text);
    JsonNumber number;
    return inside.TakeNumber(&number) && inside.at_end() && ParseDouble(text, value);
  }
  return true;
}

// A bare -0 is the whole number 0 to json_util, and "-0" in quotes is not.
bool TakeDouble(JsonScanner* scanner, JsonNumber* number) {
  return scanner->TakeNumber(number) && number->text != "-0";
}

bool ReadDouble(JsonScanner* scanner, ScratchBuffer* wire) {
  double value = 0;
  JsonNumber number;
  if (scanner->next() == '"') {
    if (!ReadQuotedDouble(scanner, &value)) return false;
  } else if (!TakeDouble(scanner, &number) || !ParseDouble(number.text, &value)) {
    return false;
  }
  AppendFixed(std::bit_cast<uint64_t>(value), wire);
  return true;
}

bool ReadFloat(JsonScanner* scanner, ScratchBuffer* wire) {
  float value = 0;
  JsonNumber number;
  if (scanner->next() == '"') {
    double wide = 0;
    if (!ReadQuotedDouble(scanner, &wide)) return false;
    const bool finite = wide - wide == 0;
    constexpr double kMost = std::numeric_limits<float>::max();
    if (finite && (wide > kMost || wide < -kMost)) return false;
    value = static_cast<float>(wide);
  } else if (!TakeDouble(scanner, &number) || !ParseFloat(number, &value)) {
    return false;
  }
  AppendFixed(std::bit_cast<uint32_t>(value), wire);
  return true;
}

bool ReadBool(JsonScanner* scanner, ScratchBuffer* wire) {
  const bool value = scanner->next() == 't';
  if (!scanner->TakeWord(value ? "true" : "false")) return false;
  wire->Push(value ? 1 : 0);
  return true;
}

bool ReadEnum(const JsonEnum& values, JsonScanner* scanner, ScratchBuffer* wire) {
  if (scanner->next() != '"') return ReadInteger(Type::TYPE_INT32, scanner, wire);
  std::string_view name;
  int32_t number = 0;
  if (!scanner->TakePlainString(&name) || !values.NumberOf(name, &number)) return false;
  return AppendSigned(Type::TYPE_INT32, number, wire);
}

bool ReadBytes(JsonScanner* scanner, ScratchBuffer* wire) {
  std::string_view text;
  if (!scanner->TakePlainString(&text)) return false;
  const size_t width = VarintWidth(text.size());
  const size_t at = wire->size();
  wire->EndAt(wire->Reserve(width) + width);
  if (!DecodeJsonBase64(text, wire)) return false;
  WritePaddedVarint(wire->size() - at - width, width, wire->data() + at);
  return true;
}

}  // namespace

bool ReadScalar(const JsonField& field, JsonScanner* scanner, ScratchBuffer* wire) {
  switch (field.type) {
    case Type::TYPE_BOOL:
      return ReadBool(scanner, wire);
    case Type::TYPE_DOUBLE:
      return ReadDouble(scanner, wire);
    case Type::TYPE_FLOAT:
      return ReadFloat(scanner, wire);
    case Type::TYPE_ENUM:
      return ReadEnum(*field.values, scanner, wire);
    case Type::TYPE_BYTES:
      return ReadBytes(scanner, wire);
    default:
      return ReadInteger(field.type, scanner, wire);
  }
}

bool AppendMapKey(Type type, std::string_view name, ScratchBuffer* wire) {
  switch (type) {
    case Type::TYPE_STRING:
      AppendSized(name, wire);
      return true;
    case Type::TYPE_BOOL:
      if (name != "true" && name != "false") return false;
      wire->Push(name == "true" ? 1 : 0);
      return true;
    default:
      return AppendInteger(type, name, wire);
  }
}

void AppendSized(std::string_view bytes, ScratchBuffer* wire) {
  char* const to = WriteVarint(bytes.size(), wire->Reserve(kMaxVarint + bytes.size()));
  std::memcpy(to, bytes.data(), bytes.size());
  wire->EndAt(to + bytes.size());
}

bool SkipNumber(JsonScanner* scanner) {
  constexpr size_t kFitsAnyway = 18;  // digits and a sign
  JsonNumber number;
  double value = 0;
  if (!scanner->TakeNumber(&number)) return false;
  return (number.integer && number.text.size() <= kFitsAnyway) || ParseDouble(number.text, &value);
}

}  // namespace mailroom::rpc
