// SPDX-License-Identifier: Apache-2.0
// Field lines: names, values, folding, line ends (RFC 9112 s5, RFC 9110 s5).
#include <iterator>

#include "mailroom/tests/integration/strictness/rows.h"

namespace mailroom::tests::strictness {
namespace {

std::string With(const std::string& lines) { return Get("Host: a\r\n" + lines); }

// A call with that Content-Type.
std::string Typed(const std::string& type) {
  return std::string("POST ") + kPath + " HTTP/1.1\r\nHost: a\r\nContent-Type: " + type +
         "\r\nContent-Length: 16\r\n\r\n" + kHi;
}

// A call with these lines beside its one Content-Type.
std::string Beside(const std::string& lines) { return Call("Content-Length: 16\r\n" + lines, kHi); }

}  // namespace

const Row kFieldRows[] = {
    {"NoSpaceBehindColon", "5", With("X:1\r\n"), "200 open"},
    {"SpacesAndTabsAround", "5.1", With("X: \t 1 \t\r\n"), "200 open"},
    {"EmptyValue", "5", With("X:\r\n"), "200 open"},
    {"BlankValue", "5", With("X: \t \r\n"), "200 open"},
    {"TabInValue", "RFC 9110 5.5", With("X: a\tb\r\n"), "200 open"},
    {"HighBytesInValue", "RFC 9110 5.5", With("X: \xc3\xa4\xff\r\n"), "200 open"},
    {"ColonsInValue", "5", With("X: :a::b:\r\n"), "200 open"},
    {"QuotesInValue", "RFC 9110 5.6.4", With("X: \"a \\\" b\r\n"), "200 open"},
    {"Repeated", "RFC 9110 5.2", With("X: 1\r\nX: 2\r\nx: 3\r\n"), "200 open"},
    {"AllTokenCharacters", "RFC 9110 5.1", With("!#$%&'*+-.^_`|~09azAZ: 1\r\n"), "200 open"},
    {"NameOfAnyCase",
     "RFC 9110 5.1",
     std::string("POST ") + kPath +
         " HTTP/1.1\r\nhOST: a\r\ncOnTeNt-TyPe: application/json\r\n"
         "CONTENT-length: 16\r\n\r\n" +
         kHi,
     "200 open",
     {kSaidHi}},
    {"SpaceBeforeColon", "5.1", With("X : 1\r\n"), "400 closed"},
    {"TabBeforeColon", "5.1", With("X\t: 1\r\n"), "400 closed"},
    {"NoColon", "5", With("X\r\n"), "400 closed"},
    {"NoColonButAValue", "5", With("X 1\r\n"), "400 closed"},
    {"EmptyName", "5", With(": 1\r\n"), "400 closed"},
    {"ColonAlone", "5", With(":\r\n"), "400 closed"},
    {"SpaceInName", "5", With("X Y: 1\r\n"), "400 closed"},
    {"ParenthesisInName", "5", With("X(: 1\r\n"), "400 closed"},
    {"SlashInName", "5", With("X/Y: 1\r\n"), "400 closed"},
    {"BracketInName", "5", With("[X]: 1\r\n"), "400 closed"},
    {"QuoteInName", "5", With("\"X\": 1\r\n"), "400 closed"},
    {"CommaInName", "5", With("X,Y: 1\r\n"), "400 closed"},
    {"AtInName", "5", With("X@: 1\r\n"), "400 closed"},
    {"HighByteInName", "5", With("X\xe4: 1\r\n"), "400 closed"},
    {"DeleteInName", "5", With("X\x7f: 1\r\n"), "400 closed"},
    {"NulInName", "5", With(Bytes("X\0: 1\r\n")), "400 closed"},
    {"NulInValue", "RFC 9110 5.5", With(Bytes("X: 1\0\r\n")), "400 closed"},
    {"NulAlone", "RFC 9110 5.5", With(Bytes("X:\0\r\n")), "400 closed"},
    {"ControlInValue", "RFC 9110 5.5", With("X: \x01\r\n"), "400 closed"},
    {"BellInValue", "RFC 9110 5.5", With("X: \a\r\n"), "400 closed"},
    {"DeleteInValue", "RFC 9110 5.5", With("X: \x7f\r\n"), "400 closed"},
    {"EscapeInValue", "RFC 9110 5.5", With("X: \x1b[0m\r\n"), "400 closed"},
    {"VerticalTabInValue", "RFC 9110 5.5", With("X: \x0b\r\n"), "400 closed"},
    {"CrInValue", "2.2", With("X: b\rY: c\r\n"), "400 closed"},
    {"CrHidesALength", "2.2", With("X: b\rContent-Length: 5\r\n"), "400 closed"},
    {"CrCrLf", "2.2", With("X: b\r\r\n"), "400 closed"},
    {"BareLf", "2.2", With("X: a\nY: b\r\n"), "400 closed"},
    {"BareLfHidesALength", "2.2", With("X: a\nContent-Length: 5\r\n"), "400 closed"},
    {"BareLfForTheEmptyLine", "2.2", "GET / HTTP/1.1\r\nHost: a\r\n\n", "400 closed"},
    {"BareCrForTheEmptyLine", "2.2", "GET / HTTP/1.1\r\nHost: a\r\n\rX\r\n\r\n", "400 closed"},
    {"LfCr", "2.2", "GET / HTTP/1.1\r\nHost: a\n\r\n\r", "400 closed"},
    {"OnlyLfs", "2.2", "GET / HTTP/1.1\r\n\n\n\n", "400 closed"},
    {"SpaceBeforeTheFirst", "2.2", Get(" Host: a\r\n"), "400 closed"},
    {"TabBeforeTheFirst", "2.2", Get("\tHost: a\r\n"), "400 closed"},
    {"SpaceBeforeALater", "2.2", With(" X: 1\r\n"), "400 closed"},
    {"FoldedBySpace", "5.2", With("X: b\r\n c\r\n"), "400 closed"},
    {"FoldedByTab", "5.2", With("X: b\r\n\tc\r\n"), "400 closed"},
    {"FoldedTwice", "5.2", With("X: b\r\n c\r\n d\r\n"), "400 closed"},
    {"FoldedBehindNothing", "5.2", With("X:\r\n b\r\n"), "400 closed"},
    {"FoldedByNothing", "5.2", With("X: b\r\n \r\n"), "400 closed"},
    {"FoldedLength", "5.2", Call("Content-Length:\r\n 16\r\n", kHi), "400 closed"},
    {"FoldedEncoding", "5.2", Call("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
     "400 closed"},
    {"FoldedIn10", "5.2", Get10("X: b\r\n c\r\n"), "400 closed"},
    {"TwoContentTypes",
     "RFC 9110 5.3",
     Beside("Content-Type: text/plain\r\n"),
     "400 closed",
     {"Content-Type"}},
    {"TwoContentTypesAlike", "RFC 9110 5.3", Beside("Content-Type: application/json\r\n"),
     "400 closed"},
    {"AnEmptySecondContentType", "RFC 9110 5.3", Beside("content-type:\r\n"), "400 closed"},
    {"TwoContentTypesWithoutACall", "RFC 9110 5.3",
     With("Content-Type: text/plain\r\nContent-Type: text/plain\r\n"), "400 closed"},
    {"QuotedSemicolon",
     "RFC 9110 5.6.6",
     Typed("application/json; x=\"a;b\"; charset=utf-8"),
     "200 open",
     {kSaidHi}},
    {"QuotedCharset",
     "RFC 9110 5.6.6",
     Typed("application/json; x=\"; charset=latin1\""),
     "200 open",
     {kSaidHi}},
    {"QuotedPair",
     "RFC 9110 5.6.4",
     Typed("application/json; x=\"\\\";charset=latin1\""),
     "200 open",
     {kSaidHi}},
    {"CharsetBehindAQuote", "RFC 9110 5.6.6", Typed("application/json; x=\"a;b\"; charset=latin1"),
     "415 open"},
    {"QuoteThatDoesNotEnd", "RFC 9110 5.6.4", Typed("application/json; x=\"; charset=utf-8"),
     "415 open"},
    {"TwoProtocolVersions",
     "RFC 9110 5.3",
     Beside("Connect-Protocol-Version: 1\r\nConnect-Protocol-Version: 1\r\n"),
     "400 open",
     {"invalid_argument", "more than once"}},
    {"TwoTimeouts",
     "RFC 9110 5.3",
     Beside("Connect-Timeout-Ms: 1000\r\nConnect-Timeout-Ms: 1000\r\n"),
     "400 open",
     {"invalid_argument", "more than once"}},
    {"TwoContentEncodings",
     "RFC 9110 8.4",
     Beside("Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"),
     "501 open",
     {"given twice"}},
    {"NoEmptyLine", "2.1", "GET / HTTP/1.1\r\nHost: a\r\n", "cut"},
    {"HalfALine", "2.1", "GET / HTTP/1.1\r\nHost", "cut"},
};

Rows FieldRows() { return {std::begin(kFieldRows), std::end(kFieldRows)}; }

}  // namespace mailroom::tests::strictness
