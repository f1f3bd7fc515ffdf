// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mailroom/base/bytes.h"
#include "mailroom/rpc/json/wire_varint.h"

// WireReader: walks over a message in protobuf's wire format. Each Take is false
// when the bytes end too early. Private. One thread.
namespace mailroom::rpc {

class WireReader final {
 public:
  explicit WireReader(BytesView bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  bool at_end() const { return at_ == end_; }

  bool TakeVarint(uint64_t* value) {
    if (at_ != end_ && static_cast<uint8_t>(*at_) < 0x80) [[likely]] {
      *value = static_cast<uint8_t>(*at_++);
      return true;
    }
    return TakeLongVarint(value);
  }
  bool TakeTag(uint32_t* tag) {
    uint64_t value = 0;
    if (!TakeVarint(&value) || value > UINT32_MAX) return false;
    *tag = static_cast<uint32_t>(value);
    return true;
  }
  // Takes that very tag, or nothing.
  bool TakeSame(uint32_t tag) {
    const char* const before = at_;
    uint32_t next = 0;
    if (TakeTag(&next) && next == tag) return true;
    at_ = before;
    return false;
  }
  bool TakeFixed32(uint32_t* value) { return TakeLittleEndian(value); }
  bool TakeFixed64(uint64_t* value) { return TakeLittleEndian(value); }
  bool TakeBytes(BytesView* bytes) {
    uint64_t size = 0;
    if (!TakeVarint(&size) || size > static_cast<size_t>(end_ - at_)) return false;
    *bytes = BytesView(at_, static_cast<size_t>(size));
    at_ += size;
    return true;
  }
  // What stands behind a tag. False for groups, too.
  bool Skip(uint32_t tag);

 private:
  template <class T>
  bool TakeLittleEndian(T* value) {
    if (static_cast<size_t>(end_ - at_) < sizeof(T)) return false;
    *value = 0;
    for (size_t i = 0; i < sizeof(T); ++i) {
      *value |= static_cast<T>(static_cast<uint8_t>(*at_++)) << (8 * i);
    }
    return true;
  }
  bool TakeLongVarint(uint64_t* value);

  const char* at_;
  const char* end_;
};

}  // namespace mailroom::rpc
