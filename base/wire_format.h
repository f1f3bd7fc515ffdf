// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace mailroom {

// How a message is written: protobuf's binary form, its JSON mapping, or not at
// all (an in-process call moves the typed message).
enum class WireFormat : uint8_t { kProto = 0, kJson = 1, kTyped = 2 };

// What is done to the bytes of a message on the wire: a content coding of HTTP
// (RFC 9110 s8.4.1), a message encoding of gRPC.
enum class Compression : uint8_t { kIdentity = 0, kGzip = 1 };

}  // namespace mailroom
