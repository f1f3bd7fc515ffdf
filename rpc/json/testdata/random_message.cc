// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/testdata/random_message.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <string>

#include <google/protobuf/descriptor.pb.h>

namespace mailroom::rpc::testdata {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

uint64_t RandomBits(Random& random) {
  constexpr uint64_t kCorners[] = {0,
                                   1,
                                   0x7F,
                                   0x80,
                                   0x7FFF'FFFF,
                                   0x8000'0000,
                                   0xFFFF'FFFF,
                                   uint64_t{1} << 53,
                                   (uint64_t{1} << 53) + 1,
                                   std::numeric_limits<int64_t>::max(),
                                   uint64_t{1} << 63,
                                   std::numeric_limits<uint64_t>::max()};
  if (random.OneIn(2)) return kCorners[random.Below(std::size(kCorners))];
  return random.Next() >> random.Below(64);
}

double RandomDouble(Random& random) {
  constexpr double kCorners[] = {0.0,   -0.0,  1,      -1,      0.1,   1e-7, 1e21, 123456.789,
                                 1e300, 5e-324, 3.4e38, 1.0 / 3, 16777217, 0.30000000000000004};
  if (random.OneIn(3)) return kCorners[random.Below(std::size(kCorners))];
  if (random.OneIn(3)) return std::bit_cast<double>(random.Next());  // infinities and NaN, too
  return (random.Fraction() - 0.5) * static_cast<double>(RandomBits(random));
}

float RandomFloat(Random& random) {
  if (random.OneIn(2)) return std::bit_cast<float>(static_cast<uint32_t>(random.Next()));
  constexpr float kCorners[] = {0.0f,  -0.0f, 0.1f,  16777216.0f,
                                1e-45f, 1e10f, 3.4028235e38f, std::numeric_limits<float>::infinity()};
  return kCorners[random.Below(std::size(kCorners))];
}

std::string RandomText(Random& random) {
  constexpr uint32_t kOdd[] = {'"',    '\\',   '<',    '>',     '&',    '/',     '\'',    0x7F,
                               0x80,   0x9F,   0xA0,   0xAD,    0x600,  0x17B5,  0x200B,  0x2028,
                               0x2029, 0x202F, 0x2064, 0xFEFF,  0xFFF9, 0xFFFF,  0x1F600, 0x1D173,
                               0xE0001, 0xE0020, 0x10FFFF, 0xD7FF, 0xE000, 0xFEFE, 0xFFFC, 0x604};
  std::string text;
  for (uint32_t left = random.Below(random.OneIn(8) ? 200 : 12); left > 0; --left) {
    const uint32_t what = random.Below(8);
    if (what == 0) {
      AppendCharacter(kOdd[random.Below(std::size(kOdd))], &text);
    } else if (what == 1) {
      AppendCharacter(random.Below(0xD800), &text);
    } else {
      AppendCharacter(what == 2 ? random.Below(0x80) : 'a' + random.Below(26), &text);
    }
  }
  return text;
}

std::string RandomBytes(Random& random) {
  std::string bytes(random.Below(10), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Next());
  return bytes;
}

// One value: appended where the field is repeated.
class Setter {
 public:
  Setter(Random& random, Message* message, const FieldDescriptor& field)
      : random_(random), message_(message), field_(&field), by_(*message->GetReflection()) {}

  void Set(int depth) {
    switch (field_->cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        return Put(&Reflection::SetBool, &Reflection::AddBool, random_.OneIn(2));
      case FieldDescriptor::CPPTYPE_INT32:
        return Put(&Reflection::SetInt32, &Reflection::AddInt32,
                   static_cast<int32_t>(RandomBits(random_)));
      case FieldDescriptor::CPPTYPE_UINT32:
        return Put(&Reflection::SetUInt32, &Reflection::AddUInt32,
                   static_cast<uint32_t>(RandomBits(random_)));
      case FieldDescriptor::CPPTYPE_INT64:
        return Put(&Reflection::SetInt64, &Reflection::AddInt64,
                   static_cast<int64_t>(RandomBits(random_)));
      case FieldDescriptor::CPPTYPE_UINT64:
        return Put(&Reflection::SetUInt64, &Reflection::AddUInt64, RandomBits(random_));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return Put(&Reflection::SetFloat, &Reflection::AddFloat, RandomFloat(random_));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return Put(&Reflection::SetDouble, &Reflection::AddDouble, RandomDouble(random_));
      case FieldDescriptor::CPPTYPE_ENUM:
        return Put(&Reflection::SetEnumValue, &Reflection::AddEnumValue, RandomEnum());
      case FieldDescriptor::CPPTYPE_STRING:
        return Put(&Reflection::SetString, &Reflection::AddString,
                   field_->type() == FieldDescriptor::TYPE_BYTES ? RandomBytes(random_)
                                                                 : RandomText(random_));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        FillRandomly(random_, depth - 1,
                     field_->is_repeated() ? by_.AddMessage(message_, field_)
                                           : by_.MutableMessage(message_, field_));
    }
  }

 private:
  template <class Set, class Add, class T>
  void Put(Set set, Add add, T value) {
    if (field_->is_repeated()) {
      (by_.*add)(message_, field_, value);
    } else {
      (by_.*set)(message_, field_, value);
    }
  }

  int RandomEnum() {
    const auto& type = *field_->enum_type();
    if (random_.OneIn(4)) return static_cast<int>(random_.Below(5));
    return type.value(static_cast<int>(random_.Below(static_cast<uint32_t>(type.value_count()))))
        ->number();
  }

  Random& random_;
  Message* const message_;
  const FieldDescriptor* const field_;
  const Reflection& by_;
};

}  // namespace

void AppendCharacter(uint32_t code, std::string* text) {
  if (code < 0x80) {
    text->push_back(static_cast<char>(code));
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr uint32_t kLeads[] = {0, 0xC0, 0xE0, 0xF0};
  text->push_back(static_cast<char>(kLeads[more] | code >> (6 * more)));
  for (int i = more - 1; i >= 0; --i) {
    text->push_back(static_cast<char>(0x80 | (code >> (6 * i) & 0x3F)));
  }
}

void FillRandomly(Random& random, int depth, Message* message) {
  const auto& type = *message->GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    // Both halves of a map's entry, always.
    if (!type.options().map_entry() && random.OneIn(2)) continue;
    if (field.message_type() != nullptr && !field.is_map() && depth == 0) continue;
    const uint32_t count = field.is_repeated() ? random.Below(depth > 0 ? 4 : 1) : 1;
    for (uint32_t n = 0; n < count; ++n) Setter(random, message, field).Set(depth);
  }
}

}  // namespace mailroom::rpc::testdata
