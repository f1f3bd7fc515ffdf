// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/content_coding.h"

#include <algorithm>
#include <cstddef>

#include "mailroom/base/ascii.h"
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

}  // namespace

std::optional<Compression> FindCompression(std::string_view name) {
  if (EqualsIgnoreCase(name, "gzip") || EqualsIgnoreCase(name, "x-gzip")) return Compression::kGzip;
  return std::nullopt;
}

std::string_view NameOf(Compression) { return "gzip"; }

std::string_view KnownCompressions() { return "gzip"; }

void AcceptEncoding::Add(std::string_view value) {
  given_ = true;
  // What most clients send; the list below costs four times as much.
  if (gzip_ == kUnnamed && EqualsIgnoreCase(value, "gzip")) {
    gzip_ = kWhole;
    return;
  }
  while (!value.empty()) {
    std::string_view element = http::TakeElement(&value, ',');
    const std::string_view name = http::TakeElement(&element, ';');
    const std::string_view weight = http::TakeElement(&element, ';');
    AddElement(name, element.empty() ? ParseWeight(weight) : kUnreadable);
  }
}

void AcceptEncoding::AddElement(std::string_view name, int weight) {
  int* known = nullptr;
  if (FindCompression(name)) {
    known = &gzip_;
    weight = std::max(weight, 0);
  } else if (EqualsIgnoreCase(name, "identity")) {
    known = &identity_;
    if (gzip_ == kUnnamed && others_ == kUnnamed) identity_first_ = true;
  } else if (name == "*") {
    known = &others_;
  }
  if (known == nullptr || weight == kUnreadable) return;
  *known = *known == kUnnamed ? weight : std::min(*known, weight);
}

Compression AcceptEncoding::best() const {
  const int gzip = gzip_ != kUnnamed ? gzip_ : others_;
  if (gzip <= 0 || identity_ > gzip) return Compression::kIdentity;
  const bool tie = identity_ == gzip && identity_first_;
  return tie ? Compression::kIdentity : Compression::kGzip;
}

bool AcceptEncoding::refuses_identity() const {
  return identity_ == 0 || (identity_ == kUnnamed && others_ == 0);
}

}  // namespace mailroom::rpc
