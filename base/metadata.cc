// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/metadata.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "mailroom/base/ascii.h"
#include "mailroom/base/check.h"

namespace mailroom {
namespace {

void AppendPair(std::string_view key, BytesView value, std::string* text) {
  const size_t at = text->size();
  text->append(key);
  LowerInPlace(text->data() + at, key.size());
  text->append(value);
}

}  // namespace

void Metadata::Add(std::string_view key, BytesView value) {
  const size_t at = text_.size();
  const size_t size = at + key.size() + value.size();
  MAILROOM_CHECK(size <= std::numeric_limits<uint32_t>::max());
  if (size <= text_.capacity()) {
    AppendPair(key, value, &text_);
  } else {
    // `key` and `value` may be views of text_: it is replaced last.
    std::string grown;
    grown.reserve(std::max(2 * at, size));
    grown.append(text_);
    AppendPair(key, value, &grown);
    text_ = std::move(grown);
  }
  entries_.push_back(Span{static_cast<uint32_t>(at), static_cast<uint32_t>(key.size()),
                          static_cast<uint32_t>(at + key.size()),
                          static_cast<uint32_t>(value.size())});
}

void Metadata::Set(std::string_view key, BytesView value) {
  // Rare and short: written anew, so that the block never holds dead text.
  Metadata changed;
  bool placed = false;
  for (size_t i = 0; i < size(); ++i) {
    const Entry entry = (*this)[i];
    if (!EqualsIgnoreCase(entry.key, key)) {
      changed.Add(entry.key, entry.value);
    } else if (!std::exchange(placed, true)) {
      changed.Add(key, value);
    }
  }
  if (!placed) changed.Add(key, value);
  *this = std::move(changed);
}

std::optional<BytesView> Metadata::Find(std::string_view key) const {
  for (size_t i = 0; i < size(); ++i) {
    const Entry entry = (*this)[i];
    if (entry.key == key) return entry.value;
  }
  return std::nullopt;
}

Metadata::Entry Metadata::operator[](size_t i) const {
  MAILROOM_DCHECK(i < entries_.size());
  const Span& span = entries_[i];
  const std::string_view text = text_;
  return Entry{text.substr(span.key, span.key_size), text.substr(span.value, span.value_size)};
}

void Metadata::Clear() {
  text_.clear();
  entries_.clear();
}

bool Metadata::IsBinary(std::string_view key) { return key.ends_with("-bin"); }

}  // namespace mailroom
