// SPDX-License-Identifier: Apache-2.0
// Chunked bodies: sizes, extensions, trailers (RFC 9112 s7.1).
#include <iterator>
#include <string>
#include <utility>

#include "mailroom/tests/integration/strictness/rows.h"

namespace mailroom::tests::strictness {
namespace {

// The body's only chunk behind this size line, then this end.
std::string Chunk(const std::string& size_line, const std::string& end = "0\r\n\r\n") {
  return Chunked(size_line + "\r\n" + kHi + "\r\n" + end);
}
std::string Ended(const std::string& end) { return Chunk("10", end); }

const Row kSizes[] = {
    {"One", "7.1", Chunk("10"), "200 open", {kSaidHi}},
    {"Three",
     "7.1",
     Chunked("1\r\n{\r\n8\r\n\"message\r\n7\r\n\":\"hi\"}\r\n0\r\n\r\n"),
     "200 open",
     {kSaidHi}},
    {"ByteByByte",
     "7.1",
     Chunked([] {
       std::string chunks;
       for (const char c : kHi) chunks += std::string("1\r\n") + c + "\r\n";
       return chunks + "0\r\n\r\n";
     }()),
     "200 open",
     {kSaidHi}},
    {"None", "7.1", Chunked("0\r\n\r\n"), "400 open", {"invalid_argument"}},
    {"ZerosInFront", "7.1", Chunk("00010", "000\r\n\r\n"), "200 open", {kSaidHi}},
    {"UpperCase",
     "7.1",
     Chunked("A\r\n{\"message\"\r\n6\r\n:\"hi\"}\r\n0\r\n\r\n"),
     "200 open",
     {kSaidHi}},
    {"LowerCase",
     "7.1",
     Chunked("a\r\n{\"message\"\r\n6\r\n:\"hi\"}\r\n0\r\n\r\n"),
     "200 open",
     {kSaidHi}},
    {"HalfAChunk", "7.1", Chunked("10\r\n{\"mess"), "cut"},
    {"NoLastChunk", "7.1", Ended(""), "cut"},
    {"LastChunkWithoutItsEnd", "7.1", Ended("0\r\n"), "cut"},
    {"LastChunkAndCr", "7.1", Ended("0\r\n\r"), "cut"},
    {"TooLongData", "7.1", Chunked("f\r\n" + kHi + "\r\n0\r\n\r\n"), "400 closed"},
    {"TooShortData", "7.1", Chunked("11\r\n" + kHi + "\r\n0\r\n\r\n"), "400 closed"},
    {"LfBehindData", "7.1", Chunked("10\r\n" + kHi + "\n0\r\n\r\n"), "400 closed"},
    {"CrBehindData", "7.1", Chunked("10\r\n" + kHi + "\r0\r\n\r\n"), "400 closed"},
    {"NothingBehindData", "7.1", Chunked("10\r\n" + kHi + "0\r\n\r\n"), "400 closed"},
    {"BareLfBehindSize", "7.1", Chunked("10\n" + kHi + "\r\n0\r\n\r\n"), "400 closed"},
    {"BareCrBehindSize", "7.1", Chunked("10\r" + kHi + "\r\n0\r\n\r\n"), "400 closed"},
    {"BareLfBehindLastSize", "7.1", Ended("0\n\r\n"), "400 closed"},
    {"BareLfForTheEmptyLine", "7.1", Ended("0\r\n\n"), "400 closed"},
    {"NoSize", "7.1", Chunk(""), "400 closed"},
    {"NotHexadecimal", "7.1", Chunk("g"), "400 closed"},
    {"NotAllHexadecimal", "7.1", Chunk("10g"), "400 closed"},
    {"Prefix0x", "7.1", Chunk("0x10"), "400 closed"},
    {"PrefixH", "7.1", Chunk("10h"), "400 closed"},
    {"Minus", "7.1", Chunk("-10"), "400 closed"},
    {"MinusZero", "7.1", Ended("-0\r\n\r\n"), "400 closed"},
    {"Plus", "7.1", Chunk("+10"), "400 closed"},
    {"Fraction", "7.1", Chunk("10.0"), "400 closed"},
    {"Underscore", "7.1", Chunk("1_0"), "400 closed"},
    {"Comma", "7.1", Chunk("10,10"), "400 closed"},
    {"SpaceInFront", "7.1", Chunk(" 10"), "400 closed"},
    {"SpaceBehind", "7.1", Chunk("10 "), "400 closed"},
    {"TabBehind", "7.1", Chunk("10\t"), "400 closed"},
    {"SpaceInside", "7.1", Chunk("1 0"), "400 closed"},
    {"SpaceBehindLast", "7.1", Ended("0 \r\n\r\n"), "400 closed"},
    {"Nul", "7.1", Chunk(Bytes("10\0")), "400 closed"},
    {"HighByte", "7.1", Chunk("10\xa0"), "400 closed"},
    {"SeventeenDigits", "7.1", Chunk("10000000000000010"), "400 closed"},
    {"WrapsToSixteen", "7.1", Chunk("fffffffffffffffff0"), "400 closed"},
    {"NegativeOfSixtyFourBits",
     "7.1",
     Chunk("fffffffffffffff0"),
     "429 closed",
     {"resource_exhausted"}},
    {"ABodyThatIsNotChunked", "7.1", Chunked(kHi), "400 closed"},
};

Rows Sizes() { return {std::begin(kSizes), std::end(kSizes)}; }

Rows Extensions() {
  return {
      {"Name", "7.1.1", Chunk("10;a"), "200 open", {kSaidHi}},
      {"Value", "7.1.1", Chunk("10;a=b"), "200 open", {kSaidHi}},
      {"Several", "7.1.1", Chunk("10;a=b;c;d=e", "0;f=g\r\n\r\n"), "200 open", {kSaidHi}},
      {"BadWhiteSpace", "7.1.1", Chunk("10 ; a = b"), "200 open", {kSaidHi}},
      {"Quoted", "7.1.1", Chunk("10;a=\"b;\\\" c\""), "200 open", {kSaidHi}},
      {"QuotedSize", "7.1.1", Chunk("10;a=\"5\""), "200 open", {kSaidHi}},
      {"WithoutName", "7.1.1", Chunk("10;"), "400 closed"},
      {"WithOnlyAValue", "7.1.1", Chunk("10;=a"), "400 closed"},
      {"WithoutValue", "7.1.1", Chunk("10;a="), "400 closed"},
      {"NotQuotedToTheEnd", "7.1.1", Chunk("10;a=\"b"), "400 closed"},
      {"QuoteOverTheLineEnd", "7.1.1", Chunk("10;a=\"\r\n\""), "400 closed"},
      {"BareLf",
       "7.1.1",
       Chunk("10;a\n0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"),
       "400 closed",
       {"!HTTP/1.1 404"}},
      {"BareCr", "7.1.1", Chunk("10;a\rb"), "400 closed"},
      {"NulInQuotes", "7.1.1", Chunk(Bytes("10;a=\"\0\"")), "400 closed"},
      {"ControlInName", "7.1.1", Chunk("10;a\x01"), "400 closed"},
      {"OfTheLastNotQuotedToTheEnd", "7.1.1", Ended("0;a=\"b\r\n\r\n"), "400 closed"},
  };
}

Rows Trailers() {
  return {
      {"One", "7.1.2", Ended("0\r\nX: y\r\n\r\n"), "200 open", {kSaidHi}},
      {"Several",
       "7.1.2",
       Ended("0\r\nX: y\r\nZ:\r\nGrpc-Status: 0\r\n\r\n"),
       "200 open",
       {kSaidHi}},
      {"IsNoHeader",
       "RFC 9110 6.5.1",
       Ended("0\r\nConnect-Timeout-Ms: 0\r\n\r\n"),
       "200 open",
       {kSaidHi}},
      {"IsNoContentType",
       "RFC 9110 6.5.1",
       Ended("0\r\nContent-Type: text/plain\r\n\r\n"),
       "200 open",
       {kSaidHi}},
      {"IsNoHost",
       "RFC 9110 6.5.1",
       Ended("0\r\nHost: b\r\nHost: c\r\n\r\n"),
       "200 open",
       {kSaidHi}},
      {"IsNoClose",
       "RFC 9110 6.5.1",
       Ended("0\r\nConnection: close\r\n\r\n"),
       "200 open",
       {kSaidHi}},
      {"ContentLength", "RFC 9110 6.5.1", Ended("0\r\nContent-Length: 5\r\n\r\n"), "400 closed"},
      {"TransferEncoding", "RFC 9110 6.5.1", Ended("0\r\nTransfer-Encoding: chunked\r\n\r\n"),
       "400 closed"},
      {"WithoutEnd", "7.1.2", Ended("0\r\nX: y\r\n"), "cut"},
      {"WithoutColon", "7.1.2", Ended("0\r\nX\r\n\r\n"), "400 closed"},
      {"SpaceBeforeColon", "7.1.2", Ended("0\r\nX : y\r\n\r\n"), "400 closed"},
      {"EmptyName", "7.1.2", Ended("0\r\n: y\r\n\r\n"), "400 closed"},
      {"Nul", "7.1.2", Ended("0\r\nX: " + Bytes("\0") + "\r\n\r\n"), "400 closed"},
      {"BareCr", "7.1.2", Ended("0\r\nX: a\rb\r\n\r\n"), "400 closed"},
      {"BareLf", "7.1.2", Ended("0\r\nX: y\n\r\n"), "400 closed"},
      {"Folded", "5.2", Ended("0\r\nX: y\r\n z\r\n\r\n"), "400 closed"},
      {"FoldedAtOnce", "5.2", Ended("0\r\n X: y\r\n\r\n"), "400 closed"},
      {"ARequestIsNone",
       "11.2",
       Ended("0\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"),
       "400 closed",
       {"!HTTP/1.1 404"}},
  };
}

}  // namespace

Rows ChunkRows() {
  Rows all = Sizes();
  for (auto& [subject, rows] : {std::pair<std::string, Rows>{"Extension", Extensions()},
                                std::pair<std::string, Rows>{"Trailer", Trailers()}}) {
    for (Row row : rows) {
      row.name = subject + row.name;
      all.push_back(row);
    }
  }
  return all;
}

}  // namespace mailroom::tests::strictness
