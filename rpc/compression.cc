// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/compression.h"

#include <algorithm>
#include <string_view>

#include <zlib.h>

#include "mailroom/base/check.h"

namespace mailroom::rpc {
namespace {

// In zlib's terms: the largest window, in gzip's format and no other.
constexpr int kGzipWindow = 15 + 16;
// zlib's default: 128 KiB of hash chains beside the 128 KiB of window.
constexpr int kMemoryLevel = 8;
// The workers' time is scarcer than the network: on JSON and protobuf of 2 to 64
// KiB level 6 took up to 2.4 times as long for 4 to 20 % less. No flag: whoever
// wants it smaller has a proxy for that.
constexpr int kLevel = 1;
// What comes out passes through a piece of this size on its way to the string.
constexpr size_t kPiece = 16 * 1024;
// zlib counts what it is given in 32 bits.
constexpr size_t kMostAtOnce = size_t{1} << 30;

Status TooLarge(size_t limit) {
  return ResourceExhausted(
      "the message is too large: at most " + std::to_string(limit) +
      " bytes are taken, decompressed; start the server with a higher --max-message-bytes to "
      "raise the limit");
}

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

}  // namespace

class Compressor::Inflater final {
 public:
  Inflater() { MAILROOM_CHECK(inflateInit2(&stream_, kGzipWindow) == Z_OK); }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Status Run(BytesView bytes, size_t limit, std::string* plain) {
    Restart();
    stream_.avail_in = 0;
    size_t room = limit;
    char piece[kPiece];
    for (;;) {
      Feed(&bytes, &stream_);
      stream_.next_out = reinterpret_cast<Bytef*>(piece);
      stream_.avail_out = kPiece;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      MAILROOM_CHECK(result != Z_MEM_ERROR);
      const size_t made = kPiece - stream_.avail_out;
      if (made > room) return TooLarge(limit);
      room -= made;
      plain->append(piece, made);
      if (result == Z_STREAM_END) {
        if (stream_.avail_in == 0 && bytes.empty()) return Status();
        Restart();  // the next member, or it isn't one
      } else if (result == Z_BUF_ERROR) {
        return Corrupt("it ends too early");
      } else if (result != Z_OK) {
        return Corrupt(stream_.msg != nullptr ? stream_.msg : "unknown");
      }
    }
  }

 private:
  void Restart() { MAILROOM_CHECK(inflateReset(&stream_) == Z_OK); }

  z_stream stream_{};
};

class Compressor::Deflater final {
 public:
  Deflater() {
    MAILROOM_CHECK(deflateInit2(&stream_, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                                Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void Run(BytesView plain, std::string* bytes) {
    MAILROOM_CHECK(deflateReset(&stream_) == Z_OK);
    stream_.avail_in = 0;
    char piece[kPiece];
    int result = Z_OK;
    while (result != Z_STREAM_END) {
      Feed(&plain, &stream_);
      stream_.next_out = reinterpret_cast<Bytef*>(piece);
      stream_.avail_out = kPiece;
      result = deflate(&stream_, plain.empty() ? Z_FINISH : Z_NO_FLUSH);
      MAILROOM_CHECK(result == Z_OK || result == Z_STREAM_END);
      bytes->append(piece, kPiece - stream_.avail_out);
    }
  }

 private:
  z_stream stream_{};
};

Compressor::Compressor() = default;
Compressor::~Compressor() = default;

Status Compressor::Decompress(Compression by, BytesView bytes, size_t limit, std::string* plain) {
  if (bytes.empty()) return Status();
  switch (by) {
    case Compression::kIdentity:
      if (bytes.size() > limit) return TooLarge(limit);
      plain->append(bytes);
      return Status();
    case Compression::kGzip:
      if (inflater_ == nullptr) inflater_ = std::make_unique<Inflater>();
      return inflater_->Run(bytes, limit, plain);
  }
  return Status();
}

void Compressor::Compress(Compression by, BytesView plain, std::string* bytes) {
  switch (by) {
    case Compression::kIdentity:
      bytes->append(plain);
      return;
    case Compression::kGzip:
      if (deflater_ == nullptr) deflater_ = std::make_unique<Deflater>();
      deflater_->Run(plain, bytes);
      return;
  }
}

}  // namespace mailroom::rpc
