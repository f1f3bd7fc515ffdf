// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/codec.h"

#include "mailroom/base/check.h"

namespace mailroom::rpc {

const Codec& Codec::For(WireFormat format) {
  MAILROOM_CHECK(format != WireFormat::kTyped);
  return format == WireFormat::kProto ? ProtoCodec() : JsonCodec();
}

}  // namespace mailroom::rpc
