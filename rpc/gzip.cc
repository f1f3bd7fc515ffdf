// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/gzip.h"

#include <cstddef>
#include <string_view>

#include <zlib.h>

#include "mailroom/base/check.h"
#include "mailroom/rpc/compression.h"

namespace mailroom::rpc {
namespace {

// In zlib's terms: the largest window, in gzip's format and no other.
constexpr int kGzipWindow = 15 + 16;
// zlib's default: 128 KiB of hash chains beside the 128 KiB of window.
constexpr int kMemoryLevel = 8;
// The workers' time is scarcer than the network: on JSON and protobuf of 2 to 64
// KiB level 6 took up to 2.4 times as long for 4 to 20 % less. Not adjustable: whoever
// wants smaller replies has a proxy for that.
constexpr int kLevel = 1;
// What comes out passes through a piece of this size on its way to the string.
constexpr size_t kPiece = 16 * 1024;
// zlib counts what it is given in 32 bits.
constexpr size_t kMostAtOnce = size_t{1} << 30;

Status Corrupt(std::string_view why) {
  return InvalidArgument("the body is not gzip as content-encoding says: " + std::string(why));
}

// Gives the stream the next of `*rest`, if it has used up what it was given.
void Feed(BytesView* rest, z_stream* stream) {
  if (stream->avail_in > 0) return;
  const BytesView next = rest->substr(0, kMostAtOnce);
  // zlib's interface is older than const; it only reads.
  stream->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(next.data()));
  stream->avail_in = static_cast<uInt>(next.size());
  rest->remove_prefix(next.size());
}

void Restart(z_stream* stream) { MAILROOM_CHECK(inflateReset(stream) == Z_OK); }

}  // namespace

struct GzipDecompressor::Stream {
  z_stream z{};
};

GzipDecompressor::GzipDecompressor() : stream_(std::make_unique<Stream>()) {
  MAILROOM_CHECK(inflateInit2(&stream_->z, kGzipWindow) == Z_OK);
}

GzipDecompressor::~GzipDecompressor() { inflateEnd(&stream_->z); }

Status GzipDecompressor::Run(BytesView bytes, const ByteLimit& limit, std::string* plain) {
  z_stream& stream = stream_->z;
  Restart(&stream);
  stream.avail_in = 0;
  size_t room = limit.bytes;
  char piece[kPiece];
  for (;;) {
    Feed(&bytes, &stream);
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = kPiece;
    const int result = inflate(&stream, Z_NO_FLUSH);
    MAILROOM_CHECK(result != Z_MEM_ERROR);
    const size_t made = kPiece - stream.avail_out;
    if (made > room) return DecompressedTooLarge(limit);
    room -= made;
    plain->append(piece, made);
    if (result == Z_STREAM_END) {
      if (stream.avail_in == 0 && bytes.empty()) return Status();
      Restart(&stream);  // the next member, or it isn't one
    } else if (result == Z_BUF_ERROR) {
      return Corrupt("it ends too early");
    } else if (result != Z_OK) {
      return Corrupt(stream.msg != nullptr ? stream.msg : "unknown");
    }
  }
}

struct GzipCompressor::Stream {
  z_stream z{};
};

GzipCompressor::GzipCompressor() : stream_(std::make_unique<Stream>()) {
  MAILROOM_CHECK(deflateInit2(&stream_->z, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                              Z_DEFAULT_STRATEGY) == Z_OK);
}

GzipCompressor::~GzipCompressor() { deflateEnd(&stream_->z); }

void GzipCompressor::Run(BytesView plain, std::string* bytes) {
  z_stream& stream = stream_->z;
  MAILROOM_CHECK(deflateReset(&stream) == Z_OK);
  stream.avail_in = 0;
  char piece[kPiece];
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    Feed(&plain, &stream);
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = kPiece;
    result = deflate(&stream, plain.empty() ? Z_FINISH : Z_NO_FLUSH);
    MAILROOM_CHECK(result == Z_OK || result == Z_STREAM_END);
    bytes->append(piece, kPiece - stream.avail_out);
  }
}

}  // namespace mailroom::rpc
