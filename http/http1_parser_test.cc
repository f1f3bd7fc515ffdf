// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/http1_parser.h"

#include <string>

#include <gtest/gtest.h>

namespace mailroom::http {
namespace {

constexpr BytesView kPlain = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr BytesView kChunked = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

class Http1ParserTest : public ::testing::Test {
 protected:
  Fault Parse(BytesView block) {
    head_ = RequestHead();
    fields_.Clear();
    return parser_.ParseHead(block, limits_, &head_, &fields_);
  }
  ChunkStep Chunk(BytesView input) { return parser_.NextChunk(input, limits_); }

  Http1Parser parser_;
  Limits limits_;
  RequestHead head_;
  Headers fields_;
};

TEST_F(Http1ParserTest, ServesOneRequestAfterTheOther) {
  EXPECT_EQ(Parse(kChunked), Fault::kNone);
  EXPECT_TRUE(head_.chunked);
  EXPECT_EQ(Parse(kPlain), Fault::kNone);
  EXPECT_FALSE(head_.chunked);
  EXPECT_EQ(fields_.size(), 1u);
}

TEST_F(Http1ParserTest, ARefusedRequestLeavesNothingBehind) {
  EXPECT_EQ(Parse("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), Fault::kHostRepeated);
  EXPECT_EQ(Parse("GET / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n"), Fault::kChunkedIn10);
  EXPECT_EQ(Parse(kPlain), Fault::kNone);
}

TEST_F(Http1ParserTest, LeavingAChunkedBodyInTheMiddleLeavesNothingBehind) {
  ASSERT_EQ(Parse(kChunked), Fault::kNone);
  EXPECT_EQ(Chunk("5\r\nhel").data, "hel");
  ASSERT_EQ(Parse(kChunked), Fault::kNone);
  EXPECT_EQ(Chunk("1\r\nx").data, "x");
  EXPECT_EQ(Chunk("\r\n0\r\n\r\n").kind, ChunkStep::Kind::kEnd);
}

TEST_F(Http1ParserTest, ChunkDataIsAViewIntoTheInput) {
  ASSERT_EQ(Parse(kChunked), Fault::kNone);
  const std::string input = "5;x=y\r\nhello\r\n0\r\n\r\n";
  const ChunkStep data = Chunk(input);
  EXPECT_EQ(data.kind, ChunkStep::Kind::kData);
  EXPECT_EQ(data.data, "hello");
  EXPECT_EQ(data.data.data(), input.data() + 7);
  EXPECT_EQ(data.consumed, 12u);
}

// 1.74 asserts here (build.md: the last chunk as "0 CR LF", then "CR").
TEST_F(Http1ParserTest, TheLastChunkMayArriveInPieces) {
  ASSERT_EQ(Parse(kChunked), Fault::kNone);
  for (const BytesView input : {"0", "0\r", "0\r\n", "0\r\n\r"}) {
    const ChunkStep step = Chunk(input);
    EXPECT_EQ(step.kind, ChunkStep::Kind::kNeedMore) << input.size();
    EXPECT_EQ(step.consumed, 0u);
  }
  const ChunkStep step = Chunk("0\r\n\r\n");
  EXPECT_EQ(step.kind, ChunkStep::Kind::kEnd);
  EXPECT_EQ(step.consumed, 5u);
}

// 1.74 counts a chunk against its body limit again each time it looks for the
// end of an extension.
TEST_F(Http1ParserTest, AChunkCountsOnceHoweverSlowItsLineComes) {
  limits_.body_bytes = 5;
  ASSERT_EQ(Parse(kChunked), Fault::kNone);
  const std::string line = "5;a=\"b c d e\"\r\n";
  for (size_t size = 0; size < line.size(); ++size) {
    EXPECT_EQ(Chunk(BytesView(line).substr(0, size)).kind, ChunkStep::Kind::kNeedMore);
  }
  EXPECT_EQ(Chunk(line).consumed, line.size());
  EXPECT_EQ(Chunk("hello").data, "hello");
}

TEST_F(Http1ParserTest, FramingFaultsComeBeforeOthers) {
  EXPECT_EQ(Parse("POST / HTTP/1.1\r\nExpect: x\r\nTransfer-Encoding: gzip\r\n"
                  "Content-Length: 99999999\r\n\r\n"),
            Fault::kLengthAndChunked);
  EXPECT_EQ(Parse("POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\nContent-Length: 99999999\r\n\r\n"),
            Fault::kExpectation);
}

}  // namespace
}  // namespace mailroom::http
