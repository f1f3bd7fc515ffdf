// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_schema.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <typeinfo>
#include <utility>
#include <vector>

#include <google/protobuf/message.h>

namespace mailroom::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

bool IsGoogles(const FileDescriptor& file) { return file.package() == "google.protobuf"; }

// True when a JsonTable says all that there is to say about `type`, whatever it
// holds. Of google.protobuf only Empty is a message like any other.
bool IsPlain(const Descriptor& type) {
  if (type.file()->syntax() != FileDescriptor::SYNTAX_PROTO3) return false;
  if (IsGoogles(*type.file()) && type.full_name() != "google.protobuf.Empty") return false;
  if (type.oneof_decl_count() > JsonTable::kMaxOneofs) return false;
  for (int i = 0; i < type.field_count(); ++i) {
    const auto* const values = type.field(i)->enum_type();
    // NullValue is written as null.
    if (values != nullptr && IsGoogles(*values->file())) return false;
  }
  return true;
}

// An entry of the cache: never changed, never freed. A generated class says its type
// at the cost of two loads; asking for its descriptor takes a hundred instructions.
struct Compiled {
  const std::type_info* type;
  std::unique_ptr<const JsonSchema> schema;
  const Compiled* next;

  const JsonTable* table() const { return schema == nullptr ? nullptr : &schema->root(); }
};

// Chains, the newest entry in front. A server knows a few hundred types.
constexpr size_t kChains = 256;
constinit std::array<std::atomic<const Compiled*>, kChains> compiled_types{};

std::atomic<const Compiled*>& ChainOf(const std::type_info& type) {
  constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;  // spreads addresses, which end in zeros
  constexpr int kShift = 64 - std::countr_zero(kChains);
  return compiled_types[std::bit_cast<uintptr_t>(&type) * kGolden >> kShift];
}

const Compiled* FindInChain(const Compiled* entry, const std::type_info& type) {
  while (entry != nullptr && entry->type != &type) entry = entry->next;
  return entry;
}

// Two threads may compile the same type at once: the second finds the first one's.
[[gnu::noinline]] const JsonTable* CompileAndKeep(const Message& message) {
  const MessageFactory* const factory = message.GetReflection()->GetMessageFactory();
  if (factory != MessageFactory::generated_factory()) return nullptr;
  const std::type_info& type = typeid(message);
  std::unique_ptr<Compiled> made(
      new Compiled{&type, JsonSchema::Compile(*message.GetDescriptor()), nullptr});
  std::atomic<const Compiled*>& chain = ChainOf(type);
  const Compiled* first = chain.load(std::memory_order_acquire);
  do {
    if (const Compiled* const other = FindInChain(first, type)) return other->table();
    made->next = first;
    // Release: who finds the entry finds what it holds.
  } while (!chain.compare_exchange_weak(first, made.get(), std::memory_order_release,
                                        std::memory_order_acquire));
  return made.release()->table();
}

}  // namespace

JsonSchema::JsonSchema(Tables tables, const JsonTable& root)
    : tables_(std::move(tables)), root_(&root) {}

std::unique_ptr<const JsonSchema> JsonSchema::Compile(const Descriptor& type) {
  Tables tables;
  std::vector<const Descriptor*> to_visit = {&type};
  while (!to_visit.empty()) {
    const Descriptor& next = *to_visit.back();
    to_visit.pop_back();
    if (tables.contains(&next)) continue;
    if (!IsPlain(next)) return nullptr;
    tables.emplace(&next, std::make_unique<JsonTable>(next));
    for (int i = 0; i < next.field_count(); ++i) {
      if (const Descriptor* child = next.field(i)->message_type()) to_visit.push_back(child);
    }
  }
  for (const auto& [descriptor, table] : tables) {
    for (JsonField& field : table->fields()) {
      const FieldDescriptor& described =
          *descriptor->FindFieldByNumber(static_cast<int>(field.number));
      if (const Descriptor* child = described.message_type()) field.message = tables[child].get();
    }
  }
  const JsonTable& root = *tables[&type];
  return std::unique_ptr<const JsonSchema>(new JsonSchema(std::move(tables), root));
}

const JsonTable* FindJsonTable(const Message& message) {
  const std::type_info& type = typeid(message);
  const Compiled* const first = ChainOf(type).load(std::memory_order_acquire);
  const Compiled* const found = FindInChain(first, type);
  return found != nullptr ? found->table() : CompileAndKeep(message);
}

}  // namespace mailroom::rpc
