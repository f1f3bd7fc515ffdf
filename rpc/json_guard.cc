// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json_guard.h"

#include <charconv>
#include <cstddef>
#include <string>
#include <unordered_set>
#include <vector>

#include <google/protobuf/descriptor.h>

namespace mailroom::rpc {
namespace {

using google::protobuf::Descriptor;

// A mask may grow to this much; nobody names more fields by hand.
constexpr size_t kMaskSlack = 1024 * 1024;
constexpr size_t kMaskFactor = 16;

// What json_util would copy if a string were a FieldMask: at every separator the
// paths of all brackets that are open, and the name in front of the separator.
class MaskCost {
 public:
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

// Walks over the tokens as json_util does: strings stand in either quote.
class Scan {
 public:
  explicit Scan(std::string_view json) : rest_(json) {}

  // False when the nesting goes too deep.
  bool Run() {
    while (!rest_.empty()) {
      const char c = Take();
      if (c == '"' || c == '\'') {
        SkipString(c);
      } else if (c == '[' || c == '{') {
        if (++depth_ > kMaxJsonNesting) return false;
      } else if (c == ']' || c == '}') {
        --depth_;
      }
    }
    return true;
  }

  size_t mask_cost() const { return mask_.total(); }

 private:
  char Take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void SkipString(char quote) {
    while (!rest_.empty()) {
      const char c = Take();
      if (c == quote) break;
      mask_.Add(c == '\\' ? Unescape() : c);
    }
    mask_.EndString();
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

  std::string_view rest_;
  int depth_ = 0;
  MaskCost mask_;
};

// True when a FieldMask may stand somewhere in a message of `type`.
bool MayHoldMask(const Descriptor& type) {
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
  if (scan.mask_cost() <= kMaskFactor * json.size() + kMaskSlack) return Status();
  if (!MayHoldMask(type)) return Status();
  return Status::Static(Code::kInvalidArgument,
                        "a string in the JSON is too large a field mask for this server");
}

}  // namespace mailroom::rpc
