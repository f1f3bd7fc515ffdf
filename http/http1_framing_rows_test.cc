// SPDX-License-Identifier: Apache-2.0
// Where a body ends, and what that does to the connection: RFC 9112 s6, s7, s9. Fed like the rows
// of http1_request_rows_test.cc; the chunked ones also in three pieces cut at every pair of bytes.

#include <string>

#include <gtest/gtest.h>

#include "mailroom/http/testing/request_rows.h"
#include "mailroom/http/testing/transcript.h"

namespace mailroom::http::testing {
namespace {

class Http1FramingTest : public ::testing::TestWithParam<Row> {};

TEST_P(Http1FramingTest, GivesTheVerdictHoweverItArrives) {
  const Transcript whole = FeedEveryWay(Limits(), GetParam().raw, GetParam().want);
  EXPECT_NE(whole.refusal.find(GetParam().says), std::string::npos) << whole.refusal;
}

const Row kLengths[] = {
    {"NoLengthIsNoBody", "6.3", Post("", ""), "POST /p.", ""},
    {"Length", "6.2", Post("Content-Length: 5\r\n", "hello"), "POST /p[hello].", ""},
    {"NotThereYet", "6.2", Post("Content-Length: 5\r\n", "hel"), "POST /p[hel]~", ""},
    {"Zero", "6.2", Post("Content-Length: 0\r\n", ""), "POST /p.", ""},
    {"ZerosInFront", "6.2", Post("Content-Length: 0005\r\n", "hello"), "POST /p[hello].", ""},
    {"SpacesAround", "6.2", Post("Content-Length: \t5 \r\n", "hello"), "POST /p[hello].", ""},
    {"BodyOfAGet", "6", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", "GET /[hi].",
     ""},
    {"BodyOfAHead", "6", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", "HEAD /[hi].",
     ""},
    {"BodyIn10", "6", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", "POST /[hi]. close", ""},
    {"BytesOfAnyValue", "6", Post("Content-Length: 4\r\n", Bytes("\0\r\n\xff")),
     "POST /p[" + Bytes("\0\r\n\xff") + "].", ""},
    {"Plus", "6.2", Post("Content-Length: +5\r\n", "hello"), "400", "Content-Length"},
    {"Minus", "6.2", Post("Content-Length: -5\r\n", "hello"), "400", "Content-Length"},
    {"Hexadecimal", "6.2", Post("Content-Length: 0x5\r\n", "hello"), "400", "Content-Length"},
    {"Fraction", "6.2", Post("Content-Length: 5.0\r\n", "hello"), "400", "Content-Length"},
    {"Underscore", "6.2", Post("Content-Length: 1_0\r\n", "hello"), "400", "Content-Length"},
    {"Two", "6.2", Post("Content-Length: 5 5\r\n", "hello"), "400", "Content-Length"},
    {"List", "6.3", Post("Content-Length: 5, 5\r\n", "hello"), "400", "Content-Length"},
    {"ListOfDifferent", "6.3", Post("Content-Length: 5,6\r\n", "hello"), "400", "Content-Length"},
    {"ListWithNothing", "6.3", Post("Content-Length: 5,\r\n", "hello"), "400", "Content-Length"},
    {"TwiceTheSame", "6.3", Post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), "400",
     "Content-Length"},
    {"TwiceDifferent", "6.3", Post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), "400",
     "Content-Length"},
    {"Empty", "6.2", Post("Content-Length:\r\n", "hello"), "400", "Content-Length"},
    {"Letters", "6.2", Post("Content-Length: five\r\n", "hello"), "400", "Content-Length"},
    {"Semicolon", "6.2", Post("Content-Length: 5;\r\n", "hello"), "400", "Content-Length"},
    {"OtherDigits", "6.2", Post("Content-Length: \xd9\xa5\r\n", "hello"), "400", "Content-Length"},
    {"BeyondSixtyFourBits", "6.2", Post("Content-Length: 18446744073709551616\r\n", ""), "400",
     "Content-Length"},
    {"WrapsToFive", "6.2", Post("Content-Length: 18446744073709551621\r\n", "hello"), "400",
     "Content-Length"},
    {"SixtyFourBits", "6.2", Post("Content-Length: 18446744073709551615\r\n", ""), "POST /p[] 413",
     "bytes are taken"},
    {"SpaceBeforeColon", "5.1", Post("Content-Length : 5\r\n", "hello"), "400", "colon"},
    {"UnderscoreIsAnotherName", "5.1", Post("Content_Length: 5\r\n", ""), "POST /p.", ""},
};
INSTANTIATE_TEST_SUITE_P(Length, Http1FramingTest, ::testing::ValuesIn(kLengths),
                         [](const auto& row) { return row.param.name; });

Row Encoding(const std::string& name, const std::string& section, const std::string& fields,
             const std::string& want, const std::string& says) {
  return {name, section, Post(fields, "5\r\nhello\r\n0\r\n\r\n"), want, says};
}

const Row kEncodings[] = {
    Encoding("Chunked", "6.1", "Transfer-Encoding: chunked\r\n", "POST /p[hello].", ""),
    Encoding("AnyCase", "7", "transfer-ENCODING: ChunkeD\r\n", "POST /p[hello].", ""),
    Encoding("SpacesAround", "5.1", "Transfer-Encoding:\t chunked \r\n", "POST /p[hello].", ""),
    Encoding("TeIsAnotherField", "7.4", "TE: trailers\r\nTransfer-Encoding: chunked\r\n",
             "POST /p[hello].", ""),
    Encoding("Twice", "6.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "400",
             "Transfer-Encoding"),
    Encoding("ListedTwice", "7", "Transfer-Encoding: chunked, chunked\r\n", "400", "chunked"),
    Encoding("GzipAlone", "6.1", "Transfer-Encoding: gzip\r\n", "501", "not supported"),
    Encoding("GzipThenChunked", "6.1", "Transfer-Encoding: gzip, chunked\r\n", "501",
             "not supported"),
    Encoding("GzipThenChunkedInTwoFields", "6.1",
             "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "400", "one header"),
    Encoding("ChunkedThenGzip", "6.3", "Transfer-Encoding: chunked, gzip\r\n", "400", "chunked"),
    Encoding("Identity", "6.1", "Transfer-Encoding: identity\r\n", "501", "not supported"),
    Encoding("ChunkedThenIdentity", "6.3", "Transfer-Encoding: chunked, identity\r\n", "400", ""),
    Encoding("IdentityThenChunked", "6.1", "Transfer-Encoding: identity, chunked\r\n", "501", ""),
    Encoding("Xchunked", "6.1", "Transfer-Encoding: xchunked\r\n", "501", "not supported"),
    Encoding("ChunkedX", "6.1", "Transfer-Encoding: chunkedx\r\n", "501", "not supported"),
    Encoding("Parameter", "7", "Transfer-Encoding: chunked;q=1\r\n", "400", "Transfer-Encoding"),
    Encoding("ParameterOfAnother", "7", "Transfer-Encoding: gzip;q=1\r\n", "501", ""),
    Encoding("Empty", "6.1", "Transfer-Encoding:\r\n", "400", "Transfer-Encoding"),
    Encoding("OnlyAComma", "6.1", "Transfer-Encoding: ,\r\n", "400", "Transfer-Encoding"),
    Encoding("CommaBehind", "6.1", "Transfer-Encoding: chunked,\r\n", "400", "Transfer-Encoding"),
    Encoding("CommaInFront", "6.1", "Transfer-Encoding: , chunked\r\n", "400", ""),
    Encoding("Quoted", "7", "Transfer-Encoding: \"chunked\"\r\n", "400", "Transfer-Encoding"),
    Encoding("VerticalTab", "5.5",
             "Transfer-Encoding: \x0b"
             "chunked\r\n",
             "400", "control"),
    Encoding("NulBehind", "5.5", "Transfer-Encoding: chunked" + Bytes("\0") + "\r\n", "400", ""),
    Encoding("HighByteBehind", "7", "Transfer-Encoding: chunked\xa0\r\n", "400", ""),
    Encoding("SpaceBeforeColon", "5.1", "Transfer-Encoding : chunked\r\n", "400", "colon"),
    Encoding("BehindLength", "6.3", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "400",
             "not both"),
    Encoding("BeforeLength", "6.3", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "400",
             "not both"),
    Encoding("BesideLengthZero", "6.3", "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
             "400", "not both"),
    Encoding("AnotherBesideLength", "6.3", "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n",
             "400", "not both"),
    {"In10", "6.1", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400",
     "HTTP/1.0"},
    {"In10WithKeepAlive", "6.1",
     "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "400", "HTTP/1.0"},
};
INSTANTIATE_TEST_SUITE_P(Encoding, Http1FramingTest, ::testing::ValuesIn(kEncodings),
                         [](const auto& row) { return row.param.name; });

const Row kConnections[] = {
    {"Close", "9.3", Get("Host: a\r\nConnection: close\r\n"), "GET /. close", ""},
    {"CloseOfAnyCase", "9.3", Get("Host: a\r\nConnection: CLOSE\r\n"), "GET /. close", ""},
    {"KeepAlive", "9.3", Get("Host: a\r\nConnection: keep-alive\r\n"), "GET /.", ""},
    {"CloseWins", "9.3", Get("Host: a\r\nConnection: close, keep-alive\r\n"), "GET /. close", ""},
    {"CloseWinsFromBehind", "9.3", Get("Host: a\r\nConnection: x,close\r\n"), "GET /. close", ""},
    {"CloseInASecondField", "9.3",
     Get("Host: a\r\nConnection: keep-alive\r\nConnection: close\r\n"), "GET /. close", ""},
    {"Others", "9.3", Get("Host: a\r\nConnection: upgrade, te\r\nUpgrade: h2c\r\n"), "GET /.", ""},
    {"Disclosed", "9.3", Get("Host: a\r\nConnection: closed\r\n"), "GET /.", ""},
    {"Malformed", "9.3", Get("Host: a\r\nConnection: \"close\"\r\n"), "400", "header line"},
    {"KeepAliveIn10", "9.3", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET /.", ""},
    {"CloseWinsIn10", "9.3", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
     "GET /. close", ""},
    {"CloseWinsIn10InTwoFields", "9.3",
     "GET / HTTP/1.0\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n", "GET /. close", ""},
    {"ProxyConnectionIsNothing", "C.2.2", "GET / HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n",
     "GET /. close", ""},
    {"NothingFollowsClose", "9.6",
     Get("Host: a\r\nConnection: close\r\n") + Line("GET /b HTTP/1.1"), "GET /. close", ""},
    {"NothingFollowsARefusal", "9.6", Get("") + Line("GET /b HTTP/1.1"), "400", "Host"},
    {"Pipelined", "9.3.2", Line("GET /a HTTP/1.1") + Line("GET /b HTTP/1.1"), "GET /a. GET /b.",
     ""},
    {"PipelinedBehindABody", "9.3.2", Post("Content-Length: 2\r\n", "hi") + Line("GET /b HTTP/1.1"),
     "POST /p[hi]. GET /b.", ""},
    {"PipelinedBehindChunks", "9.3.2", Chunked("2\r\nhi\r\n0\r\n\r\n") + Line("GET /b HTTP/1.1"),
     "POST /p[hi]. GET /b.", ""},
    {"PipelinedIn10", "9.3.2",
     "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n",
     "GET /a. GET /b. close", ""},
    {"RefusedBehindAGoodOne", "9.3.2", Line("GET /a HTTP/1.1") + "x\n", "GET /a. 400", ""},
};
INSTANTIATE_TEST_SUITE_P(Connection, Http1FramingTest, ::testing::ValuesIn(kConnections),
                         [](const auto& row) { return row.param.name; });

class Http1ChunkTest : public ::testing::TestWithParam<Row> {};

TEST_P(Http1ChunkTest, GivesTheVerdictHoweverItArrives) {
  const std::string raw = Chunked(GetParam().raw);
  const std::string want = "POST /p[" + GetParam().want;
  const Transcript whole = FeedEveryWay(Limits(), raw, want);
  EXPECT_NE(whole.refusal.find(GetParam().says), std::string::npos) << whole.refusal;
}

// The head whole, then the body in three pieces. 1.74 asserts when a last chunk
// arrives as "0 CR LF" and "CR".
TEST_P(Http1ChunkTest, GivesTheVerdictInThreePieces) {
  const size_t head = Chunked("").size();
  const std::string raw = Chunked(GetParam().raw);
  const std::string want = "POST /p[" + GetParam().want;
  for (size_t first = 0; first < GetParam().raw.size(); ++first) {
    for (size_t second = 1; first + second < GetParam().raw.size(); ++second) {
      EXPECT_EQ(Feed(Limits(), raw, {head, first, second}).line, want) << first << "," << second;
    }
  }
}

const Row kChunks[] = {
    {"One", "7.1", "5\r\nhello\r\n0\r\n\r\n", "hello].", ""},
    {"Three", "7.1", "1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n", "abcdef].", ""},
    {"None", "7.1", "0\r\n\r\n", "].", ""},
    {"HexOfBothCases", "7.1", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
     "01234567890123456789].", ""},
    {"ZerosInFront", "7.1", "0005\r\nhello\r\n000\r\n\r\n", "hello].", ""},
    {"LineEndsInTheData", "7.1", "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n].", ""},
    {"NothingYet", "7.1", "", "]~", ""},
    {"HalfAChunk", "7.1", "5\r\nhel", "hel]~", ""},
    {"DataWithoutItsEnd", "7.1", "5\r\nhello", "hello]~", ""},
    {"NoLastChunk", "7.1", "5\r\nhello\r\n", "hello]~", ""},
    {"LastChunkWithoutEmptyLine", "7.1", "0\r\n", "]~", ""},
    {"LastChunkAndCr", "7.1", "0\r\n\r", "]~", ""},
    {"DataTooLong", "7.1", "5\r\nhelloX\r\n0\r\n\r\n", "hello] 400", "chunk"},
    {"LfBehindData", "7.1", "5\r\nhello\n0\r\n\r\n", "hello] 400", "chunk"},
    {"CrBehindData", "7.1", "5\r\nhello\r0\r\n\r\n", "hello] 400", "chunk"},
    {"BareLfBehindSize", "7.1", "5\nhello\r\n0\r\n\r\n", "] 400", "LF"},
    {"BareCrBehindSize", "7.1", "5\rhello\r\n0\r\n\r\n", "] 400", "chunk"},
    {"BareLfBehindLastChunk", "7.1", "0\n\r\n", "] 400", "LF"},
    {"BareLfForTheEmptyLine", "7.1", "0\r\n\n", "] 400", "LF"},
    {"NoSize", "7.1", "\r\n\r\n", "] 400", "chunk"},
    {"OnlyAnExtension", "7.1", ";a\r\n\r\n", "] 400", "chunk"},
    {"NotHexadecimal", "7.1", "g\r\n", "] 400", "chunk"},
    {"NotAllHexadecimal", "7.1", "5g\r\nhello\r\n", "] 400", "chunk"},
    {"Prefix0x", "7.1", "0x5\r\nhello\r\n0\r\n\r\n", "] 400", "chunk"},
    {"Minus", "7.1", "-5\r\nhello\r\n", "] 400", "chunk"},
    {"Plus", "7.1", "+5\r\nhello\r\n", "] 400", "chunk"},
    {"SpaceBeforeSize", "7.1", " 5\r\nhello\r\n", "] 400", "chunk"},
    {"SpaceBehindSize", "7.1", "5 \r\nhello\r\n", "] 400", "chunk"},
    {"SpaceBehindLastSize", "7.1", "0 \r\n\r\n", "] 400", "chunk"},
    {"SixteenDigits", "7.1", "ffffffffffffffff\r\n", "] 413", "bytes are taken"},
    {"SeventeenDigits", "7.1", "10000000000000005\r\nhello\r\n", "] 400", "chunk"},
    {"TwoToTheSixtyFourthWraps", "7.1", "fffffffffffffffff\r\n", "] 400", "chunk"},
    {"ABodyThatIsNotChunked", "7.1", "hello", "] 400", "chunk"},
    {"Extension", "7.1.1", "5;a\r\nhello\r\n0\r\n\r\n", "hello].", ""},
    {"ExtensionWithValue", "7.1.1", "5;a=b;c=d\r\nhello\r\n0;e\r\n\r\n", "hello].", ""},
    {"ExtensionWithSpaces", "7.1.1", "5 ; a = b\r\nhello\r\n0\r\n\r\n", "hello].", ""},
    {"QuotedExtension", "7.1.1", "5;a=\"b;\\\"c \"\r\nhello\r\n0\r\n\r\n", "hello].", ""},
    {"ExtensionWithoutName", "7.1.1", "5;\r\nhello\r\n", "] 400", "chunk"},
    {"ExtensionWithOnlyAValue", "7.1.1", "5;=a\r\nhello\r\n", "] 400", "chunk"},
    {"ExtensionWithoutValue", "7.1.1", "5;a=\r\nhello\r\n", "] 400", "chunk"},
    {"ExtensionNotQuotedToTheEnd", "7.1.1", "5;a=\"b\r\nhello\r\n0\r\n\r\n", "] 400", "chunk"},
    {"ExtensionOfTheLastNotQuotedToTheEnd", "7.1.1", "0;a=\"b\r\n\r\n", "] 400", "chunk"},
    {"SemicolonBehindAValue", "7.1.1", "2;a=b;\r\nhi\r\n0\r\n\r\n", "] 400", "chunk"},
    {"SemicolonAndSpace", "7.1.1", "2;a=\"b\"; \t\r\nhi\r\n0\r\n\r\n", "] 400", "chunk"},
    {"SemicolonBehindTheLast", "7.1.1", "0;a=b;\r\n\r\n", "] 400", "chunk"},
    {"QuoteOverTheTrailers", "7.1.1", "0;a=\"b\r\nX: \"\r\n\r\n", "] 400", "chunk"},
    {"NulInExtension", "7.1.1", "5;a=\"" + Bytes("\0") + "\"\r\nhello\r\n", "] 400", "chunk"},
    {"CrInExtension", "7.1.1", "5;a=\"\r\"\r\nhello\r\n", "] 400", "chunk"},
    {"LfInExtension", "7.1.1", "5;a=\"\n\"\r\nhello\r\n", "] 400", "LF"},
    {"Trailer", "7.1.2", "2\r\nhi\r\n0\r\nX: y\r\n\r\n", "hi].", ""},
    {"Trailers", "7.1.2", "0\r\nX: y\r\nZ:\r\nGrpc-Status: 0\r\n\r\n", "].", ""},
    {"TrailerWithoutEnd", "7.1.2", "0\r\nX: y\r\n", "]~", ""},
    {"TrailerWithoutColon", "7.1.2", "0\r\nX\r\n\r\n", "] 400", ""},
    {"TrailerWithNul", "7.1.2", "0\r\nX: " + Bytes("\0") + "\r\n\r\n", "] 400", ""},
    {"TrailerWithCr", "7.1.2", "0\r\nX: a\rb\r\n\r\n", "] 400", ""},
    {"TrailerFolded", "7.1.2", "0\r\nX: y\r\n z\r\n\r\n", "] 400", "white space"},
    {"TrailerFoldedAtOnce", "7.1.2", "0\r\n X: y\r\n\r\n", "] 400", "white space"},
    {"TrailerWithBareLf", "7.1.2", "0\r\nX: y\n\r\n", "] 400", "LF"},
    {"TrailerHost", "RFC 9110 6.5.1", "0\r\nHost: b\r\nHost: c\r\n\r\n", "].", ""},
    {"TrailerContentLength", "RFC 9110 6.5.1", "0\r\nContent-Length: 5\r\n\r\n", "] 400", ""},
    {"TrailerTransferEncoding", "RFC 9110 6.5.1", "0\r\nTransfer-Encoding: chunked\r\n\r\n",
     "] 400", ""},
    {"TrailerConnectionClose", "RFC 9110 6.5.1", "0\r\nConnection: close\r\n\r\n", "].", ""},
    {"TrailerConnectionOfNoToken", "RFC 9110 7.6.1", "0\r\nConnection: a\x99\r\n\r\n", "] 400", ""},
    {"TrailerWithoutName", "RFC 9110 5.1", "0\r\n: y\r\n\r\n", "] 400", ""},
    {"TheNextRequestIsNoTrailer", "7.1", "0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "] 400", ""},
};
INSTANTIATE_TEST_SUITE_P(Chunk, Http1ChunkTest, ::testing::ValuesIn(kChunks),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace mailroom::http::testing
