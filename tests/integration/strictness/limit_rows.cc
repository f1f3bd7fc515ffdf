// SPDX-License-Identifier: Apache-2.0
// Limits: what just fits is served, one more is refused by the status that RFC 9110 and
// RFC 6585 have for it. The bounds are those of http/limits.h, but for kMessageLimit.
#include <iterator>

#include "mailroom/tests/integration/strictness/rows.h"

namespace mailroom::tests::strictness {
namespace {

constexpr size_t kRequestLine = 8 * 1024;
constexpr size_t kHeaderBytes = 16 * 1024;
constexpr size_t kHeaderCount = 100;
constexpr size_t kChunkExtra = 4 * 1024;
constexpr size_t kTrailerBytes = 4 * 1024;

// A request line of `size` bytes without its CRLF.
std::string LineOf(size_t size) {
  const std::string end = " HTTP/1.1";
  return Line("GET /" + Repeat("x", size - 5 - end.size()) + end);
}

// Field lines of `size` bytes with their CRLFs.
std::string FieldsOf(size_t size) {
  const std::string host = "Host: a\r\n";
  return Get(host + "X: " + Repeat("x", size - host.size() - 5) + "\r\n");
}

// kHi and white space, `size` bytes in all.
std::string BodyOf(size_t size) { return kHi + Repeat(" ", size - kHi.size()); }
std::string LengthOf(size_t size) { return "Content-Length: " + std::to_string(size) + "\r\n"; }

const std::string kEnd = "0\r\n\r\n";
const std::string kFirst = "10\r\n" + kHi + "\r\n";

}  // namespace

const Row kLimitRows[] = {
    {"RequestLineFits", "3", LineOf(kRequestLine), "404 open"},
    {"RequestLineTooLong",
     "RFC 9110 15.5.15",
     LineOf(kRequestLine + 1),
     "414 closed",
     {"8192 bytes"}},
    {"RequestLineWithoutEnd", "RFC 9110 15.5.15", "GET /" + Repeat("x", 9000), "414 closed"},
    {"QueryTooLong", "RFC 9110 15.5.15", Line("GET /?" + Repeat("x", 9000) + " HTTP/1.1"),
     "414 closed"},
    {"AbsoluteTooLong", "RFC 9110 15.5.15", Line("GET http://b/" + Repeat("x", 9000) + " HTTP/1.1"),
     "414 closed"},
    {"FieldsFit", "RFC 6585 5", FieldsOf(kHeaderBytes), "200 open"},
    {"FieldsTooLarge", "RFC 6585 5", FieldsOf(kHeaderBytes + 1), "431 closed", {"16384 bytes"}},
    {"FieldWithoutEnd", "RFC 6585 5", "GET / HTTP/1.1\r\nX: " + Repeat("x", kHeaderBytes),
     "431 closed"},
    {"FieldNameWithoutEnd", "RFC 6585 5", "GET / HTTP/1.1\r\n" + Repeat("x", kHeaderBytes + 2),
     "431 closed"},
    {"FieldsWithoutEnd", "RFC 6585 5",
     "GET / HTTP/1.1\r\n" + Repeat("X: " + Repeat("x", 1000) + "\r\n", 17), "431 closed"},
    {"CountFits", "RFC 6585 5", Get("Host: a\r\n" + Repeat("X:\r\n", kHeaderCount - 1)),
     "200 open"},
    {"CountTooHigh",
     "RFC 6585 5",
     Get("Host: a\r\n" + Repeat("X:\r\n", kHeaderCount)),
     "431 closed",
     {"100 lines"}},
    {"CountOfSmallLinesWithoutEnd", "RFC 6585 5", "GET / HTTP/1.1\r\n" + Repeat("X:\r\n", 200),
     "431 closed"},
    {"LengthFits",
     "RFC 9110 15.5.14",
     Call(LengthOf(kMessageLimit), BodyOf(kMessageLimit)),
     "200 open",
     {kSaidHi}},
    // A call's message is told in the caller's protocol: Connect maps
    // resource_exhausted to 429.
    {"LengthTooLargeForACall",
     "RFC 9110 15.5.14",
     Call(LengthOf(kMessageLimit + 1), BodyOf(kMessageLimit + 1)),
     "429 closed",
     {"resource_exhausted", "--max-message-bytes"}},
    {"LengthTooLargeToSend", "RFC 9110 15.5.14",
     Call("Content-Length: 18446744073709551615\r\n", ""), "429 closed"},
    {"LengthTooLarge",
     "RFC 9110 15.5.14",
     "POST /nobody HTTP/1.1\r\nHost: a\r\n" + LengthOf(kMessageLimit + 1) + "\r\n",
     "413 closed",
     {"--max-message-bytes"}},
    {"LengthTooLargeForAPage", "RFC 9110 15.5.14",
     "GET / HTTP/1.1\r\nHost: a\r\n" + LengthOf(kMessageLimit + 1) + "\r\n", "413 closed"},
    {"LengthTooLargeForHead", "RFC 9110 15.5.14",
     "HEAD / HTTP/1.1\r\nHost: a\r\n" + LengthOf(kMessageLimit + 1) + "\r\n", "413h closed"},
    {"ChunksFit",
     "7.1",
     Chunked(kFirst + "3d8\r\n" + Repeat(" ", kMessageLimit - kHi.size()) + "\r\n" + kEnd),
     "200 open",
     {kSaidHi}},
    {"ChunksTooLarge", "7.1",
     Chunked(kFirst + "3d9\r\n" + Repeat(" ", kMessageLimit - kHi.size() + 1) + "\r\n" + kEnd),
     "429 closed"},
    {"ChunkTooLarge", "7.1", Chunked("3e9\r\n"), "429 closed"},
    {"ChunkTooLargeForNobody", "7.1",
     "POST /nobody HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", "413 closed"},
    {"ExtensionsFit",
     "7.1.1",
     Chunked("10;" + Repeat("x", kChunkExtra) + "\r\n" + kHi + "\r\n" + kEnd),
     "200 open",
     {kSaidHi}},
    {"ExtensionsTooLong", "7.1.1",
     Chunked("10;" + Repeat("x", kChunkExtra + 20) + "\r\n" + kHi + "\r\n" + kEnd), "429 closed"},
    {"ExtensionWithoutEnd", "7.1.1", Chunked("10;" + Repeat("x", kChunkExtra + 20)), "429 closed"},
    {"ZerosWithoutEnd", "7.1", Chunked(Repeat("0", kChunkExtra + 20)), "429 closed"},
    {"TrailersFit",
     "7.1.2",
     Chunked(kFirst + "0\r\nX: " + Repeat("x", kTrailerBytes - 5) + "\r\n\r\n"),
     "200 open",
     {kSaidHi}},
    {"TrailersTooLarge", "7.1.2",
     Chunked(kFirst + "0\r\nX: " + Repeat("x", kTrailerBytes - 4) + "\r\n\r\n"), "431 closed"},
    {"TrailersTooMany", "7.1.2",
     Chunked(kFirst + "0\r\n" + Repeat("X:\r\n", kHeaderCount + 1) + "\r\n"), "431 closed"},
    {"EveryRequestHasItsOwn", "9.3.2", FieldsOf(kHeaderBytes) + FieldsOf(kHeaderBytes),
     "200 200 open"},
};

Rows LimitRows() { return {std::begin(kLimitRows), std::end(kLimitRows)}; }

}  // namespace mailroom::tests::strictness
