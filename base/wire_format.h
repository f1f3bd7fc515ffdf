// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// How the messages of a call are written, as values: rpc/ fills and reads them,
// whatever carries a call between the two (an envelope) does not look inside.
namespace mailroom {

// How a message is written: protobuf's binary form, its JSON mapping, or not at
// all (an in-process call moves the typed message).
enum class WireFormat : uint8_t { kProto = 0, kJson = 1, kTyped = 2 };

// What is done to the bytes of a message on the wire: a content coding of HTTP
// (RFC 9110 s8.4.1), a message encoding of gRPC.
enum class Compression : uint8_t { kIdentity = 0, kGzip = 1 };

// At most so many bytes.
struct ByteLimit {
  size_t bytes = SIZE_MAX;
  // What raises the limit, for the text of a refusal: "start the server with ...".
  // Static text; empty when nothing does.
  std::string_view advice = {};
};

// The messages of one call, both ways.
struct WireForm {
  WireFormat format = WireFormat::kProto;
  Compression request_compression = Compression::kIdentity;  // of the request, as it came
  Compression accepted = Compression::kIdentity;             // what the reply may be compressed by
  Compression reply_compression = Compression::kIdentity;    // what it is compressed by
  size_t compress_from = 0;     // bytes: a smaller reply stays as it is
  ByteLimit request_limit;      // of the request, decompressed
  bool reply_not_utf8 = false;  // a string of the reply is no UTF-8: no client takes it
};

}  // namespace mailroom
