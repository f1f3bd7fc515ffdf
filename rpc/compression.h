// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "mailroom/base/bytes.h"
#include "mailroom/base/status.h"
#include "mailroom/base/wire_format.h"

// Compressor: messages in and out of the compressions of this build (gzip). What
// they are called on the wire is rpc/content_coding.h's part.
//
// Costs time: used by whoever decodes and encodes, never by a loop that has
// workers. One compressor serves call after call: what zlib needs (39 KiB to
// decompress, 262 KiB to compress) is allocated at the first use of each
// direction, then only reset.
// Adding a compression: a value of the enum, a case in each of the two functions
// here, a name there.
// Owned by whoever uses it; one thread at a time.
namespace mailroom::rpc {

class Compressor final {
 public:
  Compressor();
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  // Appends what `bytes` were made from to *plain; no bytes at all are an empty
  // message (Connect: those are not decompressed). Stops as soon as more than
  // `limit` come out, having kept no more: resource_exhausted. invalid_argument
  // when they are corrupt, end too early or are followed by something else. Gzip
  // members behind one another are one message (RFC 1952 s2.2). After an error
  // *plain holds what came out until then.
  Status Decompress(Compression by, BytesView bytes, size_t limit, std::string* plain);

  // Appends `plain`, compressed, to *bytes.
  void Compress(Compression by, BytesView plain, std::string* bytes);

 private:
  class Inflater;
  class Deflater;
  std::unique_ptr<Inflater> inflater_;
  std::unique_ptr<Deflater> deflater_;
};

}  // namespace mailroom::rpc
