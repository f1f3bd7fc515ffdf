// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "mailroom/base/bytes.h"
#include "mailroom/http/field_name.h"

// Headers: field lines of one message as views, in their order of arrival.
//
// Names are compared without regard to case (RFC 9110 s5.1). The views belong
// to whoever filled the list (an engine: valid until its next Next() call).
namespace mailroom::http {

struct Field {
  std::string_view name;
  std::string_view value;               // without surrounding white space
  FieldName known = FieldName::kOther;  // which one `name` is
};

class Headers {
 public:
  void Add(std::string_view name, std::string_view value) {
    Add(RecognizeField(name), name, value);
  }
  // For an engine that has recognised the name already.
  void Add(FieldName known, std::string_view name, std::string_view value) {
    fields_.push_back({name, value, known});
  }
  void Clear() { fields_.clear(); }  // keeps the memory
  size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  const Field* begin() const { return fields_.data(); }
  const Field* end() const { return fields_.data() + fields_.size(); }
  // The first field of that name (any case), or null.
  const Field* Find(std::string_view name) const;

 private:
  std::vector<Field> fields_;
};

}  // namespace mailroom::http
