// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/line_scan.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace mailroom::http {
namespace {

constexpr BytesView kHead = "GET /path HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";

TEST(HeadScanTest, FindsTheEmptyLine) {
  HeadScan scan;
  Fault fault = Fault::kNone;
  const std::string input = std::string(kHead) + "body\r\n\r\n";
  EXPECT_EQ(scan.Scan(input, Limits(), &fault), Progress::kDone);
  EXPECT_EQ(scan.size(), kHead.size());
}

TEST(HeadScanTest, HasBegunWithTheFirstByte) {
  HeadScan scan;
  Fault fault = Fault::kNone;
  EXPECT_EQ(scan.Scan("", Limits(), &fault), Progress::kNeedMore);
  EXPECT_FALSE(scan.begun());
  EXPECT_EQ(scan.Scan("G", Limits(), &fault), Progress::kNeedMore);
  EXPECT_TRUE(scan.begun());
}

// Invariant 1: bytes that were looked at are spoiled, except for the two that
// stand before the place reached and the first byte of each line. A scan that
// went over the rest again would find bare LFs and end early.
TEST(HeadScanTest, NeverLooksBack) {
  std::string input;
  HeadScan scan;
  Fault fault = Fault::kNone;
  size_t line = 0;
  for (size_t i = 0; i < kHead.size(); ++i) {
    input += kHead[i];
    const Progress want = i + 1 == kHead.size() ? Progress::kDone : Progress::kNeedMore;
    ASSERT_EQ(scan.Scan(input, Limits(), &fault), want) << i;
    if (kHead[i] == '\n') line = i + 1;
    for (size_t k = 0; k + 2 < input.size(); ++k) {
      // The request line's version is read once, when the line is whole.
      const bool in_request_line = line == 0;
      if (k != line && !in_request_line) input[k] = '\n';
    }
  }
  EXPECT_EQ(scan.size(), kHead.size());
}

TEST(HeadScanTest, ALongRequestLineIsLookedAtOnce) {
  std::string input = "GET /";
  HeadScan scan;
  Fault fault = Fault::kNone;
  for (int i = 0; i < 1000; ++i) {
    input += 'x';
    ASSERT_EQ(scan.Scan(input, Limits(), &fault), Progress::kNeedMore);
    input[input.size() - 2] = '\n';
  }
}

constexpr BytesView kChunkLine = "\r\n000a;name=value;other=\"x\"\r\n";
constexpr BytesView kLastChunk = "\r\n0;a\r\nTrailer: x\r\nOther: y\r\n\r\n";

void ExpectNeverLooksBack(BytesView bytes) {
  Fault fault = Fault::kNone;
  ChunkScan scan;
  ASSERT_EQ(scan.Scan("1\r\n", Limits(), &fault), Progress::kDone);
  scan.StartNext();
  std::string input;
  size_t line = 0;
  bool line_done = false;
  for (size_t i = 0; i < bytes.size(); ++i) {
    input += bytes[i];
    const Progress want = i + 1 == bytes.size() ? Progress::kDone : Progress::kNeedMore;
    ASSERT_EQ(scan.Scan(input, Limits(), &fault), want) << i;
    if (i > 1 && bytes[i] == '\n') {
      line = i + 1;
      line_done = true;
    }
    if (!line_done) continue;  // the size is read once, when its line is whole
    for (size_t k = 0; k + 2 < input.size(); ++k) {
      if (k != line) input[k] = '\n';
    }
  }
  EXPECT_EQ(scan.size(), bytes.size());
}

TEST(ChunkScanTest, NeverLooksBackOnAChunkLine) { ExpectNeverLooksBack(kChunkLine); }

TEST(ChunkScanTest, NeverLooksBackOnTrailers) { ExpectNeverLooksBack(kLastChunk); }

TEST(ChunkScanTest, ALongExtensionIsLookedAtOnce) {
  std::string input = "1;";
  ChunkScan scan;
  Fault fault = Fault::kNone;
  for (int i = 0; i < 1000; ++i) {
    input += 'x';
    ASSERT_EQ(scan.Scan(input, Limits(), &fault), Progress::kNeedMore);
    input[input.size() - 2] = '\n';
  }
}

// Invariant 2: the fault that stands first wins, however late it is seen.
TEST(HeadScanTest, TheFirstFaultWins) {
  const std::string input = "GET / HTTP/1.1\r\n folded: x\r\nlf: x\n" + std::string(20000, 'x');
  HeadScan whole;
  Fault fault = Fault::kNone;
  EXPECT_EQ(whole.Scan(input, Limits(), &fault), Progress::kBad);
  EXPECT_EQ(fault, Fault::kFolded);
  Limits limits;
  limits.header_bytes = 5;
  HeadScan small;
  EXPECT_EQ(small.Scan(input, limits, &fault), Progress::kBad);
  EXPECT_EQ(fault, Fault::kFieldsTooLarge);
}

}  // namespace
}  // namespace mailroom::http
