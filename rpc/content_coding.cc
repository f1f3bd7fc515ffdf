// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/content_coding.h"

#include <algorithm>
#include <string>

#include "mailroom/base/ascii.h"
#include "mailroom/base/check.h"
#include "mailroom/http/field_list.h"

namespace mailroom::rpc {
namespace {

constexpr int kWhole = 1000;
constexpr int kUnreadable = -1;

// What stands behind a name: nothing, or "q=" and 0 to 1 with three decimals.
int ParseWeight(std::string_view text) {
  if (text.empty()) return kWhole;
  if (text.size() < 3 || text.size() > 7 || !EqualsIgnoreCase(text.substr(0, 2), "q="))
    return kUnreadable;
  if (text.size() > 3 && text[3] != '.') return kUnreadable;
  text.remove_prefix(2);
  int weight = 0;
  int unit = kWhole;
  for (size_t at = 0; at < text.size(); ++at) {
    if (at == 1) continue;
    if (text[at] < '0' || text[at] > '9') return kUnreadable;
    weight += (text[at] - '0') * unit;
    unit /= 10;
  }
  return weight <= kWhole ? weight : kUnreadable;
}

bool IsCalled(const ContentCoding& coding, std::string_view name) {
  return EqualsIgnoreCase(name, coding.name) ||
         (!coding.alias.empty() && EqualsIgnoreCase(name, coding.alias));
}

}  // namespace

std::optional<Compression> FindCompression(std::string_view name) {
  for (const ContentCoding& coding : kContentCodings) {
    if (IsCalled(coding, name)) return coding.compression;
  }
  return std::nullopt;
}

std::string_view NameOf(Compression compression) {
  for (const ContentCoding& coding : kContentCodings) {
    if (coding.compression == compression) return coding.name;
  }
  MAILROOM_CHECK(false);
  return {};
}

std::string_view KnownCompressions() {
  static const std::string list = [] {
    std::string names;
    for (const ContentCoding& coding : kContentCodings) {
      names.append(names.empty() ? "" : ", ").append(coding.name);
    }
    return names;
  }();
  return list;
}

AcceptEncoding::AcceptEncoding(std::span<const ContentCoding> codings) : codings_(codings) {
  MAILROOM_CHECK(codings.size() <= kMostCodings);
}

void AcceptEncoding::Add(std::string_view value) {
  given_ = true;
  // What most clients send; the list below costs four times as much.
  if (elements_ == 0 && EqualsIgnoreCase(value, codings_.front().name)) {
    wishes_.front() = Wish{kWhole, elements_++};
    return;
  }
  while (!value.empty()) {
    std::string_view element = http::TakeElement(&value, ',');
    const std::string_view name = http::TakeElement(&element, ';');
    const std::string_view weight = http::TakeElement(&element, ';');
    AddElement(name, element.empty() ? ParseWeight(weight) : kUnreadable);
  }
}

// Null for a name that means nothing here.
AcceptEncoding::Wish* AcceptEncoding::Find(std::string_view name) {
  for (size_t i = 0; i < codings_.size(); ++i) {
    if (IsCalled(codings_[i], name)) return &wishes_[i];
  }
  if (EqualsIgnoreCase(name, "identity")) return &identity_;
  return name == "*" ? &others_ : nullptr;
}

void AcceptEncoding::AddElement(std::string_view name, int weight) {
  Wish* const wish = Find(name);
  if (wish == nullptr) return;
  if (weight == kUnreadable) {
    if (wish == &identity_ || wish == &others_) return;
    weight = 0;
  }
  if (wish->named()) {
    wish->weight = std::min(wish->weight, weight);
  } else {
    *wish = Wish{weight, elements_++};
  }
}

Compression AcceptEncoding::best() const {
  Compression best = Compression::kIdentity;
  Wish wish = identity_;
  for (size_t i = 0; i < codings_.size(); ++i) {
    const Wish& of_this = wishes_[i].named() ? wishes_[i] : others_;
    if (of_this.weight <= 0 || !of_this.Before(wish)) continue;
    wish = of_this;
    best = codings_[i].compression;
  }
  return best;
}

bool AcceptEncoding::refuses_identity() const {
  return identity_.named() ? identity_.weight == 0 : others_.weight == 0;
}

}  // namespace mailroom::rpc
