// SPDX-License-Identifier: Apache-2.0
// Where a body ends: Content-Length, Transfer-Encoding, and both at once (RFC 9112 s6).
#include <iterator>

#include "mailroom/tests/integration/strictness/rows.h"

namespace mailroom::tests::strictness {
namespace {

std::string Length(const std::string& value) {
  return Call("Content-Length: " + value + "\r\n", kHi);
}

const std::string kChunkedHi = "10\r\n" + kHi + "\r\n0\r\n\r\n";

// A body that is complete both ways round.
std::string Fields(const std::string& fields) { return Call(fields, kChunkedHi); }
std::string Encoding(const std::string& value) {
  return Fields("Transfer-Encoding: " + value + "\r\n");
}

// What a smuggler wants to be read as a request.
const std::string kHidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

Rows LengthRows() {
  return {
      {"Plain", "6.2", Hi(), "200 open", {kSaidHi}},
      {"ZerosInFront", "6.2", Length("00016"), "200 open", {kSaidHi}},
      {"SpacesAround", "6.2", Length("\t16 "), "200 open", {kSaidHi}},
      {"NoneIsNoBody", "6.3", Call("", ""), "400 open", {"invalid_argument"}},
      {"Zero", "6.3", Call("Content-Length: 0\r\n", ""), "400 open", {"invalid_argument"}},
      {"BodyOfAGet", "RFC 9110 9.3.1", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
       "200 open"},
      {"BodyOfAHead", "RFC 9110 9.3.2", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
       "200h open"},
      {"BodyOfNothing", "6.3", "POST /nobody HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
       "404 open"},
      {"BodyIn10", "6.3", "POST /nobody HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", "404 closed"},
      {"BytesOfAnyValue", "6",
       "POST /nobody HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n" + Bytes("\0\r\n\xff\n"),
       "404 open"},
      {"NotThereYet", "6.3", Call("Content-Length: 17\r\n", kHi), "cut"},
      {"Plus", "6.3", Length("+16"), "400 closed"},
      {"Minus", "6.3", Length("-16"), "400 closed"},
      {"MinusZero", "6.3", Length("-0"), "400 closed"},
      {"Hexadecimal", "6.3", Length("0x10"), "400 closed"},
      {"Fraction", "6.3", Length("16.0"), "400 closed"},
      {"Exponent", "6.3", Length("16e0"), "400 closed"},
      {"Underscore", "6.3", Length("1_6"), "400 closed"},
      {"TwoNumbers", "6.3", Length("16 16"), "400 closed"},
      {"ListOfTheSame", "6.3", Length("16, 16"), "400 closed"},
      {"ListOfDifferent", "6.3", Length("16,17"), "400 closed"},
      {"ListWithNothing", "6.3", Length("16,"), "400 closed"},
      {"ListFromNothing", "6.3", Length(",16"), "400 closed"},
      {"TwiceTheSame", "6.3", Call("Content-Length: 16\r\nContent-Length: 16\r\n", kHi),
       "400 closed"},
      {"TwiceDifferent", "6.3", Call("Content-Length: 16\r\nContent-Length: 0\r\n", kHi),
       "400 closed"},
      {"TwiceInOtherCases", "6.3", Call("content-length: 0\r\nCONTENT-LENGTH: 16\r\n", kHi),
       "400 closed"},
      {"Empty", "6.3", Length(""), "400 closed"},
      {"Letters", "6.3", Length("many"), "400 closed"},
      {"Semicolon", "6.3", Length("16;"), "400 closed"},
      {"Quoted", "6.3", Length("\"16\""), "400 closed"},
      {"OtherDigits", "6.3", Length("\xd9\xa1\xd9\xa6"), "400 closed"},
      {"NulBehind", "6.3", Length(Bytes("16\0")), "400 closed"},
      {"BeyondSixtyFourBits", "6.3", Length("18446744073709551616"), "400 closed"},
      {"WrapsToSixteen", "6.3", Length("18446744073709551632"), "400 closed"},
      {"VeryManyDigits", "6.3", Length(Repeat("9", 400)), "400 closed"},
      {"SpaceBeforeColon", "5.1", Call("Content-Length : 16\r\n", kHi), "400 closed"},
      {"UnderscoreIsAnotherName", "5.1", Call("Content_Length: 5\r\n", ""), "400 open"},
  };
}

const Row kEncodingRows[] = {
    {"Chunked", "7.1", Encoding("chunked"), "200 open", {kSaidHi}},
    {"AnyCase", "7", Fields("transfer-ENCODING: ChunkeD\r\n"), "200 open", {kSaidHi}},
    {"SpacesAround", "5.1", Fields("Transfer-Encoding:\t chunked \r\n"), "200 open", {kSaidHi}},
    {"TeIsAnotherField",
     "7.4",
     Fields("TE: trailers\r\nTransfer-Encoding: chunked\r\n"),
     "200 open",
     {kSaidHi}},
    {"Gzip", "6.1", Encoding("gzip"), "501 closed"},
    {"GzipThenChunked", "6.1", Encoding("gzip, chunked"), "501 closed"},
    {"Deflate", "6.1", Encoding("deflate, chunked"), "501 closed"},
    {"Identity", "6.1", Encoding("identity"), "501 closed"},
    {"IdentityThenChunked", "6.1", Encoding("identity, chunked"), "501 closed"},
    {"Xchunked", "6.1", Encoding("xchunked"), "501 closed"},
    {"ChunkedX", "6.1", Encoding("chunkedx"), "501 closed"},
    {"ParameterOfAnother", "7", Encoding("gzip;q=1"), "501 closed"},
    {"QuotedCommaInAParameter", "7", Encoding("gzip;a=\"x, chunked\""), "501 closed"},
    {"QuotedSemicolonInAParameter", "7", Encoding("gzip;a=\"x;y\""), "501 closed"},
    {"ListedTwice", "7.1", Encoding("chunked, chunked"), "400 closed"},
    {"ChunkedThenGzip", "6.3", Encoding("chunked, gzip"), "400 closed"},
    {"ChunkedThenIdentity", "6.3", Encoding("chunked, identity"), "400 closed"},
    {"ChunkedThenNothing", "6.3", Encoding("chunked,"), "400 closed"},
    {"NothingThenChunked", "6.3", Encoding(", chunked"), "400 closed"},
    {"Parameter", "7.1", Encoding("chunked;q=1"), "400 closed"},
    {"Empty", "6.3", Encoding(""), "400 closed"},
    {"Comma", "6.3", Encoding(","), "400 closed"},
    {"Quoted", "7", Encoding("\"chunked\""), "400 closed"},
    {"SingleQuoted", "7", Encoding("'chunked'"), "501 closed"},
    {"Bracketed", "7", Encoding("[chunked]"), "400 closed"},
    {"SpaceInside", "7", Encoding("chun ked"), "400 closed"},
    {"VerticalTab", "RFC 9110 5.5",
     Encoding("\x0b"
              "chunked"),
     "400 closed"},
    {"FormFeed", "RFC 9110 5.5",
     Encoding("\f"
              "chunked"),
     "400 closed"},
    {"NulBehind", "RFC 9110 5.5", Encoding(Bytes("chunked\0")), "400 closed"},
    {"HighByteBehind", "7", Encoding("chunked\xa0"), "400 closed"},
    {"Twice", "6.3", Fields(Repeat("Transfer-Encoding: chunked\r\n", 2)), "400 closed"},
    {"TwoFields", "6.3", Fields("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
     "400 closed"},
    {"TwoFieldsTheOtherWay", "6.3",
     Fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), "400 closed"},
    {"TwoFieldsOneEmpty", "6.3", Fields("Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n"),
     "400 closed"},
    {"SpaceBeforeColon", "5.1", Fields("Transfer-Encoding : chunked\r\n"), "400 closed"},
    {"SpaceInFront", "2.2", Fields("X: y\r\n Transfer-Encoding: chunked\r\n"), "400 closed"},
    {"CrInFront", "2.2", Fields("X: y\rTransfer-Encoding: chunked\r\n"), "400 closed"},
    {"LfInFront", "2.2", Fields("X: y\nTransfer-Encoding: chunked\r\n"), "400 closed"},
    {"UnderscoreIsAnotherName", "5.1", Fields("Transfer_Encoding: chunked\r\n"), "400 400 closed"},
    {"BehindLength", "6.3", Fields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
     "400 closed"},
    {"BeforeLength", "6.3", Fields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
     "400 closed"},
    {"BesideLengthZero", "6.3", Fields("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"),
     "400 closed"},
    {"BesideTheRightLength", "6.3", Fields("Content-Length: 27\r\nTransfer-Encoding: chunked\r\n"),
     "400 closed"},
    {"AnotherBesideLength", "6.3", Fields("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"),
     "400 closed"},
    {"IdentityBesideLength", "6.3", Fields("Transfer-Encoding: identity\r\nContent-Length: 16\r\n"),
     "400 closed"},
    {"EmptyBesideLength", "6.3", Fields("Transfer-Encoding:\r\nContent-Length: 16\r\n"),
     "400 closed"},
    {"In10", "6.1", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 closed"},
    {"In10WithKeepAlive", "6.1",
     "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "400 closed"},
    {"In10WithLength", "6.1",
     "POST / HTTP/1.0\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
     "400 closed"},
    {"ClTeHidesARequest",
     "11.2",
     Call("Content-Length: " + std::to_string(5 + kHidden.size()) +
              "\r\nTransfer-Encoding: chunked\r\n",
          "0\r\n\r\n" + kHidden),
     "400 closed",
     {"!HTTP/1.1 404"}},
    {"TeClHidesARequest",
     "11.2",
     Call("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
          "29\r\n" + kHidden + "\r\n0\r\n\r\n"),
     "400 closed",
     {"!HTTP/1.1 404"}},
    {"TeTeHidesARequest",
     "11.2",
     Call("Transfer-Encoding: chunked\r\nTransfer-encoding: x\r\n", "0\r\n\r\n" + kHidden),
     "400 closed",
     {"!HTTP/1.1 404"}},
    {"LengthTwiceHidesARequest",
     "11.2",
     Call("Content-Length: " + std::to_string(kHidden.size()) + "\r\nContent-Length: 0\r\n",
          kHidden),
     "400 closed",
     {"!HTTP/1.1 404"}},
    {"ALengthZeroHidesNothing", "6.3", Call("Content-Length: 0\r\n", kHidden), "400 404 open"},
    {"NoneHidesNothing", "6.3", Call("", kHidden), "400 404 open"},
    {"GetWithABodyHidesNothing",
     "6.3",
     "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kHidden.size()) + "\r\n\r\n" +
         kHidden,
     "200 open",
     {"!HTTP/1.1 404"}},
};

Rows EncodingRows() { return {std::begin(kEncodingRows), std::end(kEncodingRows)}; }

}  // namespace mailroom::tests::strictness
