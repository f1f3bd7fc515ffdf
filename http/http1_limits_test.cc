// SPDX-License-Identifier: Apache-2.0
// Each limit of http/limits.h: what just fits passes, one more is refused with the limit's own
// status and a text that names it; however the bytes arrive.

#include <string>

#include <gtest/gtest.h>

#include "mailroom/http/limits.h"
#include "mailroom/http/testing/request_rows.h"
#include "mailroom/http/testing/transcript.h"

namespace mailroom::http::testing {
namespace {

constexpr Limits kSmall = {.request_line = 30,
                           .header_bytes = 60,
                           .header_count = 4,
                           .body_bytes = 10,
                           .body_advice = "raise the letter box",
                           .chunk_extra_bytes = 12,
                           .trailer_bytes = 20};

std::string Repeat(const std::string& text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

// A request whose request line has `size` bytes without its CRLF.
std::string RequestLineOf(size_t size) {
  const std::string end = " HTTP/1.1";
  const std::string begin = "GET /";
  return begin + std::string(size - begin.size() - end.size(), 'x') + end + "\r\nHost: a\r\n\r\n";
}

// A request whose field lines have `size` bytes with their CRLFs.
std::string FieldsOf(size_t size) {
  const std::string host = "Host: a\r\n";
  return Get(host + "X: " + std::string(size - host.size() - 5, 'x') + "\r\n");
}

class Http1LimitsTest : public ::testing::TestWithParam<Row> {};

TEST_P(Http1LimitsTest, IsKeptHoweverTheBytesArrive) {
  const Transcript whole = FeedEveryWay(kSmall, GetParam().raw, GetParam().want);
  EXPECT_NE(whole.refusal.find(GetParam().says), std::string::npos) << whole.refusal;
}

const Row kRows[] = {
    {"RequestLineFits", "3", RequestLineOf(30), "GET /" + std::string(16, 'x') + ".", ""},
    {"RequestLineTooLong", "3", RequestLineOf(31), "414", "http::Limits::request_line"},
    {"RequestLineTooLongSaysTheLimit", "3", RequestLineOf(99), "414", "30 bytes"},
    {"RequestLineWithoutEnd", "3", "GET /" + std::string(40, 'x'), "414", "30 bytes"},
    {"MethodTooLong", "3", std::string(40, 'x'), "501", "no HTTP method is that long"},
    {"RequestLineNotYetTooLong", "3", std::string(31, 'x'), "~", ""},
    {"HeaderFits", "5.4", FieldsOf(60), "GET /.", ""},
    {"HeaderTooLarge", "5.4", FieldsOf(61), "431", "http::Limits::header_bytes"},
    {"HeaderTooLargeSaysTheLimit", "5.4", FieldsOf(99), "431", "60 bytes"},
    {"HeaderLineWithoutEnd", "5.4", "GET / HTTP/1.1\r\nX: " + std::string(70, 'x'), "431", ""},
    {"HeaderWithoutEnd", "5.4", "GET / HTTP/1.1\r\n" + Repeat("X: 12345678901234\r\n", 4), "431",
     "header_bytes"},
    {"CountFits", "5.4", Get("Host: a\r\n" + Repeat("X:\r\n", 3)), "GET /.", ""},
    {"CountTooHigh", "5.4", Get("Host: a\r\n" + Repeat("X:\r\n", 4)), "431", "header_count"},
    {"CountSaysTheLimit", "5.4", Get(Repeat("X:\r\n", 5)), "431", "4 lines"},
    {"LengthFits", "6.2", Post("Content-Length: 10\r\n", "0123456789"), "POST /p[0123456789].", ""},
    {"LengthTooLarge", "6.2", Post("Content-Length: 11\r\n", ""), "POST /p[] 413",
     "raise the letter box"},
    {"LengthSaysTheLimit", "6.2", Post("Content-Length: 11\r\n", ""), "POST /p[] 413", "10 bytes"},
    {"ChunksFit", "7.1", Chunked("6\r\n012345\r\n4\r\n6789\r\n0\r\n\r\n"), "POST /p[0123456789].",
     ""},
    {"ChunkTooLarge", "7.1", Chunked("b\r\n"), "POST /p[] 413", "raise the letter box"},
    {"ChunksTooLarge", "7.1", Chunked("6\r\n012345\r\n5\r\n"), "POST /p[012345] 413", "10 bytes"},
    {"ManyZerosInFrontOfASize", "7.1.1", Chunked(std::string(40, '0')), "POST /p[] 413",
     "chunk_extra_bytes"},
    {"ExtensionFits", "7.1.1", Chunked("1;" + std::string(26, 'x') + "\r\na\r\n0\r\n\r\n"),
     "POST /p[a].", ""},
    {"ExtensionTooLong", "7.1.1", Chunked("1;" + std::string(27, 'x') + "\r\na\r\n0\r\n\r\n"),
     "POST /p[] 413", "chunk_extra_bytes"},
    {"ExtensionWithoutEnd", "7.1.1", Chunked("1;" + std::string(50, 'x')), "POST /p[] 413",
     "12 bytes"},
    {"ExtensionsFitTogether", "7.1.1",
     Chunked(Repeat("1;" + std::string(18, 'x') + "\r\na\r\n", 3) + "0\r\n\r\n"), "POST /p[aaa].",
     ""},
    {"ExtensionsTooLongTogether", "7.1.1",
     Chunked(Repeat("1;" + std::string(18, 'x') + "\r\na\r\n", 4)), "POST /p[aaa] 413",
     "chunk_extra_bytes"},
    {"ExtensionOfTheLastChunkCounts", "7.1.1", Chunked("0;" + std::string(27, 'x') + "\r\n\r\n"),
     "POST /p[] 413", "chunk_extra_bytes"},
    {"QuoteWithoutEnd", "7.1.1", Chunked("1;a=\"" + Repeat("x\\\"", 30)), "POST /p[] 413", ""},
    {"TrailersFit", "7.1.2", Chunked("0\r\nX: " + std::string(15, 'x') + "\r\n\r\n"), "POST /p[].",
     ""},
    {"TrailersTooLarge", "7.1.2", Chunked("0\r\nX: " + std::string(16, 'x') + "\r\n\r\n"),
     "POST /p[] 431", "trailer_bytes"},
    {"TrailerWithoutEnd", "7.1.2", Chunked("0\r\nX: " + std::string(40, 'x')), "POST /p[] 431",
     "20 bytes"},
    {"TrailersTooMany", "7.1.2", Chunked("0\r\n" + Repeat("X:\r\n", 5) + "\r\n"), "POST /p[] 431",
     "header_count"},
    {"EveryRequestHasItsOwn", "9.3.2", Repeat(FieldsOf(60), 3), "GET /. GET /. GET /.", ""},
};
INSTANTIATE_TEST_SUITE_P(Small, Http1LimitsTest, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(LimitsTest, TheLastRequestOfAConnectionClosesIt) {
  Limits limits;
  limits.requests = 2;
  const Transcript whole =
      FeedEveryWay(limits, Repeat("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 3), "GET /. GET /. close");
  EXPECT_EQ(whole.sent.find("connection: close"), whole.sent.rfind("connection: close"));
  EXPECT_NE(whole.sent.find("connection: close"), std::string::npos);
}

TEST(LimitsTest, DefaultsTakeARequestLineOf8000Bytes) {
  EXPECT_EQ(Feed(Limits(), RequestLineOf(8192), {}).refusal, "");
  EXPECT_EQ(Feed(Limits(), RequestLineOf(8193), {}).line, "414");
}

}  // namespace
}  // namespace mailroom::http::testing
