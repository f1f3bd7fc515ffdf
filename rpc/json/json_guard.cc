// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_guard.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include <google/protobuf/descriptor.h>

namespace mailroom::rpc {
namespace {

using google::protobuf::Descriptor;

// A mask may grow to this much; nobody names more fields by hand. Copying paths
// is cheap.
constexpr size_t kMaskSlack = 1024 * 1024;
constexpr size_t kMaskFactor = 16;

// Events that wait for their type take 50 bytes for each byte of JSON.
constexpr size_t kAnySlack = 256 * 1024;
constexpr size_t kAnyFactor = 2;

// What json_util would copy if a string were a FieldMask: at every separator the
// paths of all brackets that are open, and the name in front of the separator.
class MaskCost {
 public:
  // Characters that are no separators.
  void AddName(size_t size) { name_ += size; }

  void Add(char c) {
    ++name_;
    if (c != '(' && c != ')' && c != ',') return;
    total_ += prefix_ + name_;
    if (c == '(') {
      open_.push_back(prefix_);
      prefix_ += name_;
    } else if (c == ')' && !open_.empty()) {
      prefix_ = open_.back();
      open_.pop_back();
    }
    name_ = 0;
  }

  void EndString() {
    total_ += prefix_ + name_;
    open_.clear();
    prefix_ = name_ = 0;
  }

  size_t total() const { return total_; }

 private:
  std::vector<size_t> open_;  // the prefix outside of each open bracket
  size_t prefix_ = 0;
  size_t name_ = 0;
  size_t total_ = 0;
};

class CharSet {
 public:
  explicit constexpr CharSet(std::string_view chars) {
    for (const char c : chars) has_[static_cast<uint8_t>(c)] = true;
  }
  constexpr bool Has(char c) const { return has_[static_cast<uint8_t>(c)]; }

 private:
  std::array<bool, 256> has_{};
};

constexpr CharSet kTokenEnds("[]{}\"'");
constexpr CharSet kStringEnds("\"'\\(),");

// Walks over the tokens as json_util does: strings stand in either quote.
class Scan {
 public:
  explicit Scan(std::string_view json) : json_(json), rest_(json) {}

  // False when the nesting goes too deep.
  bool Run() {
    while (true) {
      TakePlain(kTokenEnds);
      if (rest_.empty()) return true;
      const char c = Take();
      if (c == '"' || c == '\'') {
        SkipString(c);
      } else if (c == '[' || c == '{') {
        if (depth_ == open_.size()) return false;
        open_[depth_++] = Bracket{position(), c == '{'};
      } else if ((c == ']' || c == '}') && depth_ > 0) {
        --depth_;
      }
    }
  }

  bool cheap() const {
    return mask_.total() <= kMaskFactor * json_.size() + kMaskSlack &&
           held_back_ <= kAnyFactor * json_.size() + kAnySlack;
  }

 private:
  struct Bracket {
    size_t position;
    bool object;
  };

  size_t position() const { return json_.size() - rest_.size(); }

  char Take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  // What stands in front of the next character of `ends`.
  std::string_view TakePlain(const CharSet& ends) {
    size_t size = 0;
    while (size < rest_.size() && !ends.Has(rest_[size])) ++size;
    const std::string_view plain = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return plain;
  }

  void SkipString(char quote) {
    std::string_view expected = "@type";
    bool is_type = true;
    const auto match = [&expected, &is_type](std::string_view piece) {
      is_type = is_type && expected.starts_with(piece);
      if (is_type) expected.remove_prefix(piece.size());
    };
    while (true) {
      const std::string_view plain = TakePlain(kStringEnds);
      mask_.AddName(plain.size());
      match(plain);
      if (rest_.empty()) break;
      const char taken = Take();
      if (taken == quote) break;
      const char c = taken == '\\' ? Unescape() : taken;
      mask_.Add(c);
      match({&c, 1});
    }
    mask_.EndString();
    if (is_type && expected.empty()) EndType();
  }

  // What stands in front of an Any's type is held back until then, and once more
  // by each Any around it.
  void EndType() {
    const size_t colon = rest_.find_first_not_of(" \t\r\n");
    const bool key = colon != std::string_view::npos && rest_[colon] == ':';
    if (!key || depth_ == 0 || !open_[depth_ - 1].object) return;
    held_back_ += position() - open_[depth_ - 1].position;
  }

  // The character behind a backslash; what is not ASCII becomes something that is
  // no separator.
  char Unescape() {
    if (rest_.empty()) return 'x';
    const char c = Take();
    if (c != 'u' || rest_.size() < 4) return c;
    unsigned code = 0;
    const char* const end = rest_.data() + 4;
    const bool whole = std::from_chars(rest_.data(), end, code, 16).ptr == end;
    if (!whole) return 'x';
    rest_.remove_prefix(4);
    return code < 0x80 ? static_cast<char>(code) : 'x';
  }

  const std::string_view json_;
  std::string_view rest_;
  std::array<Bracket, kMaxJsonNesting> open_;
  size_t depth_ = 0;
  MaskCost mask_;
  size_t held_back_ = 0;
};

// True when a FieldMask or an Any may stand somewhere in a message of `type`. An
// Any may hold a FieldMask.
bool MayHoldMaskOrAny(const Descriptor& type) {
  std::vector<const Descriptor*> to_visit = {&type};
  std::unordered_set<const Descriptor*> seen = {&type};
  while (!to_visit.empty()) {
    const Descriptor& next = *to_visit.back();
    to_visit.pop_back();
    const std::string& name = next.full_name();
    if (name == "google.protobuf.FieldMask" || name == "google.protobuf.Any") return true;
    for (int i = 0; i < next.field_count(); ++i) {
      const Descriptor* child = next.field(i)->message_type();
      if (child != nullptr && seen.insert(child).second) to_visit.push_back(child);
    }
  }
  return false;
}

}  // namespace

Status GuardJson(std::string_view json, const Descriptor& type) {
  Scan scan(json);
  if (!scan.Run()) {
    return Status::Static(Code::kInvalidArgument, "the JSON nests deeper than 200 levels");
  }
  // The schema is looked at only for text that nobody writes by hand.
  if (scan.cheap() || !MayHoldMaskOrAny(type)) return Status();
  return Status::Static(Code::kInvalidArgument,
                        "the JSON holds a FieldMask or nested Anys too large for this server");
}

}  // namespace mailroom::rpc
