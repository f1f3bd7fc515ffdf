// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/wire_reader.h"

namespace mailroom::rpc {

bool WireReader::TakeLongVarint(uint64_t* value) {
  *value = 0;
  for (size_t i = 0; i < kMaxVarint && at_ != end_; ++i) {
    const auto byte = static_cast<uint8_t>(*at_++);
    *value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) return true;
  }
  return false;
}

bool WireReader::Skip(uint32_t tag) {
  uint64_t wide = 0;
  uint32_t narrow = 0;
  BytesView bytes;
  switch (static_cast<WireType>(tag & 7)) {
    case WireType::kVarint:
      return TakeVarint(&wide);
    case WireType::kFixed64:
      return TakeFixed64(&wide);
    case WireType::kBytes:
      return TakeBytes(&bytes);
    case WireType::kFixed32:
      return TakeFixed32(&narrow);
  }
  return false;
}

}  // namespace mailroom::rpc
