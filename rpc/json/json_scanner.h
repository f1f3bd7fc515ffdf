// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

// JsonScanner: the tokens of a JSON text (RFC 8259), each byte looked at once.
//
// Takes what stands at the present place or says false; what it takes is right by
// the RFC, with one leniency that json_util shares: control characters may stand
// in a string as they are. It knows nothing of nesting and messages. After a false
// the place means nothing. Private. One thread.
namespace mailroom::rpc {

// The inside of a string, in the input: UTF-8, with its escapes.
struct JsonString {
  std::string_view raw;
  bool escaped = false;
};

struct JsonNumber {
  std::string_view text;
  bool integer = false;  // digits alone, behind an optional minus
};

class JsonScanner final {
 public:
  explicit JsonScanner(std::string_view json) : at_(json.data()), end_(at_ + json.size()) {}

  bool at_end() const { return at_ == end_; }
  size_t remaining() const { return static_cast<size_t>(end_ - at_); }
  // 0 at the end.
  char next() const { return at_ == end_ ? '\0' : *at_; }

  void SkipSpace() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool Take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool TakeWord(std::string_view word);
  bool TakeString(JsonString* string);
  // A string that means what stands there.
  bool TakePlainString(std::string_view* text) {
    JsonString string;
    if (!TakeString(&string) || string.escaped) return false;
    *text = string.raw;
    return true;
  }
  bool TakeNumber(JsonNumber* number);

 private:
  bool TakeDigits();

  const char* at_;
  const char* const end_;
};

}  // namespace mailroom::rpc
