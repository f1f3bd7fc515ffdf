// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/compression.h"

#include <utility>

#include "mailroom/rpc/gzip.h"

namespace mailroom::rpc {

Status DecompressedTooLarge(const ByteLimit& limit) {
  std::string text = "the message is too large: at most ";
  text.append(std::to_string(limit.bytes)).append(" bytes are taken, decompressed");
  if (!limit.advice.empty()) text.append("; ").append(limit.advice);
  return ResourceExhausted(std::move(text));
}

Compressor::Compressor() = default;
Compressor::~Compressor() = default;

Status Compressor::Decompress(Compression by, BytesView bytes, const ByteLimit& limit,
                              std::string* plain) {
  if (bytes.empty()) return Status();
  switch (by) {
    case Compression::kIdentity:
      if (bytes.size() > limit.bytes) return DecompressedTooLarge(limit);
      plain->append(bytes);
      return Status();
    case Compression::kGzip:
      if (gunzip_ == nullptr) gunzip_ = std::make_unique<GzipDecompressor>();
      return gunzip_->Run(bytes, limit, plain);
  }
  return Status();
}

void Compressor::Compress(Compression by, BytesView plain, std::string* bytes) {
  switch (by) {
    case Compression::kIdentity:
      bytes->append(plain);
      return;
    case Compression::kGzip:
      if (gzip_ == nullptr) gzip_ = std::make_unique<GzipCompressor>();
      gzip_->Run(plain, bytes);
      return;
  }
}

}  // namespace mailroom::rpc
