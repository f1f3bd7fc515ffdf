// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "mailroom/base/bytes.h"
#include "mailroom/base/status.h"
#include "mailroom/base/wire_format.h"

// Gzip by zlib, in both directions. Private to rpc; used through rpc/compression.h.
//
// Each object keeps zlib's state from call to call: 39 KiB to decompress, 262 KiB
// to compress. One thread at a time.
namespace mailroom::rpc {

class GzipDecompressor final {
 public:
  GzipDecompressor();
  ~GzipDecompressor();
  GzipDecompressor(const GzipDecompressor&) = delete;
  GzipDecompressor& operator=(const GzipDecompressor&) = delete;

  // As Compressor::Decompress. REQUIRES: bytes are not empty.
  Status Run(BytesView bytes, const ByteLimit& limit, std::string* plain);

 private:
  struct Stream;
  const std::unique_ptr<Stream> stream_;
};

class GzipCompressor final {
 public:
  GzipCompressor();
  ~GzipCompressor();
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;

  // Appends to *bytes.
  void Run(BytesView plain, std::string* bytes);

 private:
  struct Stream;
  const std::unique_ptr<Stream> stream_;
};

}  // namespace mailroom::rpc
