// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "mailroom/base/bytes.h"
#include "mailroom/base/status.h"
#include "mailroom/base/wire_format.h"

// Compressor: compresses and decompresses messages, by each compression of this
// build (gzip). Their names on the wire are in rpc/content_coding.h.
//
// It takes time: workers call it; a loop does only when actors run on it. What a
// compression needs is allocated at its first use in each direction, and kept.
// Owned by its user; one thread at a time.
//
// Adding a compression, brotli for example:
//   1 The library: third_party/debian.BUILD, the deps of //rpc:codec, the packages of
//     tools/dev/packages.sh, and the one file that includes it in
//     tools/check/include_rules.py.
//   2 base/wire_format.h: a value of Compression.
//   3 rpc/brotli.{h,cc}, in the shape of rpc/gzip.{h,cc}: a class for each direction.
//     They join the srcs of //rpc:codec. Here: two members and two cases.
//   4 rpc/content_coding.h: a row of kContentCodings. From then on requests may use
//     it and clients that ask for it get it.
//   5 Rows in rpc/compression_test.cc. What names all of them: rpc/connect/connect_unary_test.cc,
//     tests/integration/compression_test.cc, docs/guide/08-metadata-and-compression.md.
namespace mailroom::rpc {

class GzipCompressor;
class GzipDecompressor;

class Compressor final {
 public:
  Compressor();
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  // Appends what `bytes` were made from to *plain; no bytes at all are an empty
  // message (Connect: those are not decompressed). resource_exhausted, with the
  // limit's advice, as soon as more than `limit` come out; *plain then got no more
  // than that. invalid_argument when they are corrupt, end too early or are followed
  // by something else. Several gzip members in a row are one message (RFC 1952
  // s2.2). After an error *plain holds what came out until then.
  Status Decompress(Compression by, BytesView bytes, const ByteLimit& limit, std::string* plain);

  // Appends `plain`, compressed, to *bytes.
  void Compress(Compression by, BytesView plain, std::string* bytes);

 private:
  std::unique_ptr<GzipDecompressor> gunzip_;
  std::unique_ptr<GzipCompressor> gzip_;
};

// For the compressions themselves: more than `limit` came out.
Status DecompressedTooLarge(const ByteLimit& limit);

}  // namespace mailroom::rpc
