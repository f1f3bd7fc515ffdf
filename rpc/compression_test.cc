// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/compression.h"

#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

constexpr size_t kMiB = 1024 * 1024;

// Text that neither repeats itself nor is random.
std::string Words(size_t size) {
  std::string text;
  uint32_t state = 1;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += std::to_string(state >> 12);
  }
  text.resize(size);
  return text;
}

std::string Gzip(std::string_view plain) {
  Compressor compressor;
  std::string bytes;
  compressor.Compress(Compression::kGzip, plain, &bytes);
  return bytes;
}

struct Opened {
  explicit Opened(std::string_view bytes, size_t limit = 64 * kMiB) {
    Compressor compressor;
    status = compressor.Decompress(Compression::kGzip, bytes, {limit, "ask for less"}, &plain);
  }
  Status status;
  std::string plain;
};

TEST(CompressorTest, WhatWentInComesOut) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{100}, size_t{16 * 1024 - 1},
                            size_t{16 * 1024}, size_t{16 * 1024 + 1}, 3 * kMiB}) {
    const std::string plain = Words(size);
    const std::string bytes = Gzip(plain);
    const Opened opened(bytes);
    EXPECT_TRUE(opened.status.ok()) << size << opened.status.ToString();
    EXPECT_EQ(opened.plain, plain) << size;
    if (size > 1000) {
      EXPECT_LT(bytes.size(), size);
    }
  }
}

// Written by gzip(1) of the words "hello\n", so that we do not only read ourselves.
TEST(CompressorTest, AForeignFileIsRead) {
  constexpr std::string_view kHello(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36"
      "\x06\x00\x00\x00",
      26);
  EXPECT_EQ(Opened(kHello).plain, "hello\n");
}

TEST(CompressorTest, OneCompressorServesCallAfterCall) {
  Compressor compressor;
  for (int i = 0; i < 20; ++i) {
    const std::string plain = Words(static_cast<size_t>(1000 * i + 1));
    std::string bytes;
    compressor.Compress(Compression::kGzip, plain, &bytes);
    std::string again;
    // A call that failed leaves nothing behind.
    EXPECT_FALSE(compressor.Decompress(Compression::kGzip, bytes, {0}, &again).ok());
    EXPECT_FALSE(compressor.Decompress(Compression::kGzip, "\x1f\x8b\x08", {9}, &again).ok());
    again.clear();
    EXPECT_TRUE(compressor.Decompress(Compression::kGzip, bytes, {plain.size()}, &again).ok());
    EXPECT_EQ(again, plain);
  }
}

// Connect: zero bytes are not decompressed.
TEST(CompressorTest, NoBytesAreAnEmptyMessage) {
  const Opened opened("");
  EXPECT_TRUE(opened.status.ok());
  EXPECT_EQ(opened.plain, "");
}

TEST(CompressorTest, TheLimitIsOfWhatComesOut) {
  for (const size_t size : {size_t{1}, size_t{16 * 1024}, size_t{40000}}) {
    const std::string plain = Words(size);
    EXPECT_EQ(Opened(Gzip(plain), size).plain, plain) << "exactly the limit passes";
    const Opened over(Gzip(plain), size - 1);
    EXPECT_EQ(over.status.code(), Code::kResourceExhausted) << size;
    EXPECT_LE(over.plain.size(), size - 1);
    EXPECT_NE(over.status.message().find("at most " + std::to_string(size - 1)),
              std::string_view::npos);
    EXPECT_NE(over.status.message().find("decompressed; ask for less"), std::string_view::npos);
  }
}

// A gigabyte of zeros in a megabyte: what is kept stays below the limit.
TEST(CompressorTest, ABombIsNotUnpacked) {
  Compressor compressor;
  std::string bomb;
  compressor.Compress(Compression::kGzip, std::string(16 * kMiB, '\0'), &bomb);
  std::string members;
  for (int i = 0; i < 64; ++i) members += bomb;
  for (const std::string& bytes : {bomb, members}) {
    std::string plain;
    EXPECT_EQ(compressor.Decompress(Compression::kGzip, bytes, {kMiB}, &plain).code(),
              Code::kResourceExhausted);
    EXPECT_LE(plain.size(), kMiB);
    EXPECT_LE(plain.capacity(), 2 * kMiB);
  }
}

// RFC 1952 s2.2.
TEST(CompressorTest, MembersBehindOneAnotherAreOneMessage) {
  EXPECT_EQ(Opened(Gzip("one ") + Gzip("") + Gzip("two")).plain, "one two");
  EXPECT_EQ(Opened(Gzip(std::string(100, 'a')) + Gzip("b"), 100).status.code(),
            Code::kResourceExhausted)
      << "the limit is of all of them";
}

TEST(CompressorTest, CutAnywhereItEndsTooEarly) {
  const std::string bytes = Gzip(Words(300)) + Gzip("second");
  const size_t first = Gzip(Words(300)).size();
  for (size_t size = 1; size < bytes.size(); ++size) {
    if (size == first) continue;
    const Opened cut(std::string_view(bytes).substr(0, size));
    EXPECT_EQ(cut.status.code(), Code::kInvalidArgument) << size;
    EXPECT_NE(cut.status.message().find("too early"), std::string_view::npos) << size;
  }
}

TEST(CompressorTest, WhatFollowsAndIsNoMemberIsRefused) {
  for (const std::string& garbage : {std::string("x"), std::string(1, '\0'), std::string(100, '\0'),
                                     std::string("\x1f\x8b\x09"), std::string("{\"a\":1}")}) {
    EXPECT_EQ(Opened(Gzip("message") + garbage).status.code(), Code::kInvalidArgument);
  }
}

// The header's flags and times say little; everything else is checked: flipping
// any bit either changes nothing of the message or is told.
TEST(CompressorTest, AFlippedBitIsNeverADifferentMessage) {
  const std::string plain = Words(200);
  const std::string bytes = Gzip(plain);
  int told = 0;
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const Opened opened(flipped);
    if (opened.status.ok()) {
      EXPECT_EQ(opened.plain, plain) << bit;
    } else {
      EXPECT_EQ(opened.status.code(), Code::kInvalidArgument) << bit;
      ++told;
    }
  }
  EXPECT_GT(told, static_cast<int>((bytes.size() - 10) * 8)) << "the body, CRC and size";
}

TEST(CompressorTest, OtherFormatsAreRefused) {
  for (const std::string& other : {std::string("{\"name\":\"plain JSON\"}"),
                                   std::string("\x78\x9c\x03\x00\x00\x00\x00\x01", 8),
                                   std::string("\x28\xb5\x2f\xfd"), std::string("\x1f\x9d")}) {
    const Opened opened(other);
    EXPECT_EQ(opened.status.code(), Code::kInvalidArgument);
    EXPECT_NE(opened.status.message().find("content-encoding"), std::string_view::npos)
        << opened.status.ToString();
  }
}

TEST(CompressorTest, IdentityIsItself) {
  Compressor compressor;
  std::string out;
  compressor.Compress(Compression::kIdentity, "abc", &out);
  EXPECT_TRUE(compressor.Decompress(Compression::kIdentity, "def", {3}, &out).ok());
  EXPECT_EQ(out, "abcdef");
  EXPECT_EQ(compressor.Decompress(Compression::kIdentity, "def", {2}, &out).code(),
            Code::kResourceExhausted);
}

}  // namespace
}  // namespace mailroom::rpc
