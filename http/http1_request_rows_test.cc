// SPDX-License-Identifier: Apache-2.0
// Request lines, targets, Host and field lines: RFC 9112 s2, s3, s5. Each row is fed whole, byte by
// byte, seven bytes at a time and cut at every byte, always before a protected page.

#include <string>

#include <gtest/gtest.h>

#include "mailroom/http/testing/request_rows.h"
#include "mailroom/http/testing/transcript.h"

namespace mailroom::http::testing {
namespace {

class Http1RequestTest : public ::testing::TestWithParam<Row> {};

TEST_P(Http1RequestTest, GivesTheVerdictHoweverItArrives) {
  const Transcript whole = FeedEveryWay(Limits(), GetParam().raw, GetParam().want);
  EXPECT_NE(whole.refusal.find(GetParam().says), std::string::npos) << whole.refusal;
}

const Row kRequestLines[] = {
    {"Plain", "3", Line("GET / HTTP/1.1"), "GET /.", ""},
    {"Http10", "3", "GET / HTTP/1.0\r\n\r\n", "GET /. close", ""},
    {"UnknownMethodIsTheRoutersBusiness", "3.1", Line("BREW /pot HTTP/1.1"), "BREW /pot.", ""},
    {"MethodsKeepTheirCase", "3.1", Line("get / HTTP/1.1"), "get /.", ""},
    {"MethodOfTokenCharacters", "3.1", Line("M-SEARCH!# / HTTP/1.1"), "M-SEARCH!# /.", ""},
    {"TwoSpacesBeforeTarget", "3", Line("GET  / HTTP/1.1"), "400", "request line"},
    {"TwoSpacesBeforeVersion", "3", Line("GET /  HTTP/1.1"), "400", "request line"},
    {"TabInsteadOfSpace", "3", Line("GET\t/ HTTP/1.1"), "400", "request line"},
    {"TabBeforeVersion", "3", Line("GET /\tHTTP/1.1"), "400", "request line"},
    {"SpaceBehindVersion", "3", Line("GET / HTTP/1.1 "), "400", "request line"},
    {"SpaceInFront", "3", Line(" GET / HTTP/1.1"), "400", "not HTTP"},
    {"NoTarget", "3", Line("GET HTTP/1.1"), "400", "request line"},
    {"EmptyTarget", "3", Line("GET  HTTP/1.1"), "400", "request line"},
    {"NoMethod", "3", Line("/ HTTP/1.1"), "400", "not HTTP"},
    {"SpaceInTarget", "3.2", Line("GET /a b HTTP/1.1"), "400", "request line"},
    {"ColonInMethod", "3.1", Line("GE:T / HTTP/1.1"), "400", "request line"},
    {"ControlInMethod", "3.1", Line("GE\x01T / HTTP/1.1"), "400", "request line"},
    {"NulInMethod", "3.1", Bytes("GE\0T / HTTP/1.1\r\nHost: a\r\n\r\n"), "400", "request line"},
    {"Http09", "2.3", "GET /\r\n", "400", "request line"},
    {"VersionZeroNine", "2.3", Line("GET / HTTP/0.9"), "505", "HTTP/1.1"},
    {"VersionOneTwo", "2.3", Line("GET / HTTP/1.2"), "505", "HTTP/1.1"},
    {"VersionTwo", "2.3", Line("GET / HTTP/2.0"), "505", "HTTP/1.1"},
    {"VersionThree", "2.3", Line("GET / HTTP/3.0"), "505", "HTTP/1.1"},
    {"VersionIsJudgedAtTheEndOfItsLine", "2.3", "GET / HTTP/9.9\r\n", "505", "HTTP/1.1"},
    {"VersionWithTwoDigitMinor", "2.3", Line("GET / HTTP/1.10"), "400", "request line"},
    {"VersionWithTwoDigitMajor", "2.3", Line("GET / HTTP/11.1"), "400", "request line"},
    {"VersionWithoutDot", "2.3", Line("GET / HTTP/11"), "400", "request line"},
    {"VersionWithComma", "2.3", Line("GET / HTTP/1,1"), "400", "request line"},
    {"VersionInLowerCase", "2.3", Line("GET / http/1.1"), "400", "request line"},
    {"VersionWithSpace", "2.3", Line("GET / HTTP/ 1.1"), "400", "request line"},
    {"AnotherProtocolsName", "2.3", Line("GET / HTTPS/1.1"), "400", "request line"},
    {"BareLfBehindRequestLine", "2.2", "GET / HTTP/1.1\nHost: a\r\n\r\n", "400", "LF without CR"},
    {"OnlyBareLfs", "2.2", "GET / HTTP/1.1\nHost: a\n\n", "400", "LF without CR"},
    {"CrCrLf", "2.2", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "400", "request line"},
    {"CrInRequestLine", "2.2", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", "400", "request line"},
    {"BareCrEndsNothing", "2.2", "GET / HTTP/1.1\rHost: a\r\r", "~", ""},
    {"EmptyLineInFront", "2.2", "\r\n" + Line("GET / HTTP/1.1"), "GET /.", ""},
    {"FourEmptyLinesInFront", "2.2", "\r\n\r\n\r\n\r\n" + Line("GET / HTTP/1.1"), "GET /.", ""},
    {"FiveEmptyLinesInFront", "2.2", "\r\n\r\n\r\n\r\n\r\n", "400", "empty lines"},
    {"EmptyLineBetween", "2.2", Line("GET /a HTTP/1.1") + "\r\n" + Line("GET /b HTTP/1.1"),
     "GET /a. GET /b.", ""},
    {"LfInFront", "2.2", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400", "LF without CR"},
    {"CrInFront", "2.2", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400", "not HTTP"},
    {"NothingYet", "2.2", "\r\n", "", ""},
    {"HalfAnEmptyLineIsNoRequest", "2.2", "\r", "", ""},
    {"TlsClientHello", "2.2", Bytes("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), "400", "TLS"},
    {"Http2Preface", "RFC 9113 3.4", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505", "HTTP/2"},
    {"Ssh", "2.2", "SSH-2.0-OpenSSH_9.2\r\n", "400", "request line"},
    {"Socks5", "2.2", Bytes("\x05\x01\x00"), "400", "not HTTP"},
    {"Nul", "2.2", Bytes("\0"), "400", "not HTTP"},
    {"HighByte", "2.2", "\xff\xfe", "400", "not HTTP"},
    {"ProxyProtocol1", "2.2", "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + Line("GET / HTTP/1.1"),
     "400", "request line"},
    {"ProxyProtocol2", "2.2", Bytes("\r\n\r\n\0\r\nQUIT\n"), "400", "not HTTP"},
};
INSTANTIATE_TEST_SUITE_P(RequestLine, Http1RequestTest, ::testing::ValuesIn(kRequestLines),
                         [](const auto& row) { return row.param.name; });

const Row kTargets[] = {
    {"Query", "3.2.1", Line("GET /a?b=c&d HTTP/1.1"), "GET /a?b=c&d.", ""},
    {"TwoQuestionMarks", "3.2.1", Line("GET /a?b?c HTTP/1.1"), "GET /a?b?c.", ""},
    {"EmptyQuery", "3.2.1", Line("GET /a? HTTP/1.1"), "GET /a.", ""},
    {"DoubleSlashIsAPath", "3.2.1", Line("GET //evil/a HTTP/1.1"), "GET //evil/a.", ""},
    {"NothingIsDecoded", "3.2.1", Line("GET /%2e%2E/%zz;x HTTP/1.1"), "GET /%2e%2E/%zz;x.", ""},
    {"Relative", "3.2.1", Line("GET foo HTTP/1.1"), "400", "target"},
    {"Fragment", "3.2.1", Line("GET /a#b HTTP/1.1"), "400", "target"},
    {"HighByte", "3.2.1", Line("GET /\xc3\xa4 HTTP/1.1"), "400", "target"},
    {"Delete", "3.2.1", Line("GET /\x7f HTTP/1.1"), "400", ""},
    {"Nul", "3.2.1", Bytes("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"), "400", ""},
    {"Absolute", "3.2.2", Line("GET http://b:80/x?y HTTP/1.1"), "GET /x?y.", ""},
    {"AbsoluteHttps", "3.2.2", Line("GET https://b/x HTTP/1.1"), "GET /x.", ""},
    {"AbsoluteSchemeOfAnyCase", "3.2.2", Line("GET HTTP://b/x HTTP/1.1"), "GET /x.", ""},
    {"AbsoluteWithoutPath", "3.2.2", Line("GET http://b HTTP/1.1"), "GET /.", ""},
    {"AbsoluteWithQueryOnly", "3.2.2", Line("GET http://b?x HTTP/1.1"), "GET /?x.", ""},
    {"AbsoluteWithAddress", "3.2.2", Line("GET http://[::1]:8080/x HTTP/1.1"), "GET /x.", ""},
    {"AbsoluteWithoutHost", "3.2.2", Line("GET http:///x HTTP/1.1"), "400", "target"},
    {"AbsoluteWithPortOnly", "3.2.2", Line("GET http://:80/x HTTP/1.1"), "400", "target"},
    {"AbsoluteWithUser", "3.2.2", Line("GET http://u@b/x HTTP/1.1"), "400", "target"},
    {"AbsoluteWithBadPort", "3.2.2", Line("GET http://b:8x/x HTTP/1.1"), "400", "target"},
    {"AbsoluteOfAnotherScheme", "3.2.2", Line("GET ftp://b/x HTTP/1.1"), "400", "target"},
    {"AbsoluteSchemeAlone", "3.2.2", Line("GET http:// HTTP/1.1"), "400", "target"},
    {"AbsoluteStillNeedsHost", "3.2.2", "GET http://b/x HTTP/1.1\r\n\r\n", "400", "Host"},
    {"AuthorityFormIsForConnect", "3.2.3", Line("GET b:80 HTTP/1.1"), "400", "target"},
    {"Connect", "3.2.3", Line("CONNECT b:80 HTTP/1.1"), "501", "proxy"},
    {"AsteriskForOptions", "3.2.4", Line("OPTIONS * HTTP/1.1"), "OPTIONS *.", ""},
    {"AsteriskForGet", "3.2.4", Line("GET * HTTP/1.1"), "400", "target"},
    {"AsteriskAndMore", "3.2.4", Line("OPTIONS *x HTTP/1.1"), "400", "target"},
    {"OptionsOfAPath", "3.2.4", Line("OPTIONS /x HTTP/1.1"), "OPTIONS /x.", ""},
    {"OptionsOfAWholeServer", "3.2.4", Line("OPTIONS http://b HTTP/1.1"), "OPTIONS *.", ""},
    {"OptionsOfARoot", "3.2.4", Line("OPTIONS http://b/ HTTP/1.1"), "OPTIONS /.", ""},
};
INSTANTIATE_TEST_SUITE_P(Target, Http1RequestTest, ::testing::ValuesIn(kTargets),
                         [](const auto& row) { return row.param.name; });

const Row kHosts[] = {
    {"Missing", "3.2", Get(""), "400", "Host"},
    {"Twice", "3.2", Get("Host: a\r\nHost: b\r\n"), "400", "Host"},
    {"TwiceTheSame", "3.2", Get("Host: a\r\nHost: a\r\n"), "400", "Host"},
    {"TwiceIn10", "3.2", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400", "Host"},
    {"NameOfAnyCase", "5.1", Get("hOST: a\r\n"), "GET /.", ""},
    {"Empty", "3.2", Get("Host:\r\n"), "GET /.", ""},
    {"Port", "3.2", Get("Host: a.example:8080\r\n"), "GET /.", ""},
    {"EmptyPort", "3.2", Get("Host: a:\r\n"), "GET /.", ""},
    {"PortOfLetters", "3.2", Get("Host: a:b\r\n"), "400", "Host"},
    {"TwoPorts", "3.2", Get("Host: a:1:2\r\n"), "400", "Host"},
    {"Space", "3.2", Get("Host: a b\r\n"), "400", "Host"},
    {"List", "3.2", Get("Host: a, b\r\n"), "400", "Host"},
    {"User", "3.2", Get("Host: u@a\r\n"), "400", "Host"},
    {"Path", "3.2", Get("Host: a/b\r\n"), "400", "Host"},
    {"Query", "3.2", Get("Host: a?b\r\n"), "400", "Host"},
    {"HighByte", "3.2", Get("Host: \xc3\xa4\r\n"), "400", "Host"},
    {"PercentEncoded", "3.2", Get("Host: a%20b\r\n"), "GET /.", ""},
    {"PercentCutOff", "3.2", Get("Host: a%2\r\n"), "400", "Host"},
    {"Underscore", "3.2", Get("Host: a_b\r\n"), "GET /.", ""},
    {"Address6", "3.2", Get("Host: [::1]:8080\r\n"), "GET /.", ""},
    {"Address6WithoutPort", "3.2", Get("Host: [fe80::1]\r\n"), "GET /.", ""},
    {"Address6NotClosed", "3.2", Get("Host: [::1\r\n"), "400", "Host"},
    {"Address6AndMore", "3.2", Get("Host: [::1]x\r\n"), "400", "Host"},
    {"Address6Empty", "3.2", Get("Host: []\r\n"), "400", "Host"},
    {"Address6WithoutBrackets", "3.2", Get("Host: ::1\r\n"), "400", "Host"},
};
INSTANTIATE_TEST_SUITE_P(Host, Http1RequestTest, ::testing::ValuesIn(kHosts),
                         [](const auto& row) { return row.param.name; });

const Row kFields[] = {
    {"NoSpaceBehindColon", "5", Get("Host:a\r\n"), "GET /.", ""},
    {"SpacesAndTabsAround", "5.1", Get("Host: \t a \t\r\n"), "GET /.", ""},
    {"EmptyValue", "5", Get("Host: a\r\nX:\r\n"), "GET /.", ""},
    {"TabInValue", "5.5", Get("Host: a\r\nX: a\tb\r\n"), "GET /.", ""},
    {"HighBytesInValue", "5.5", Get("Host: a\r\nX: \xc3\xa4\xff\r\n"), "GET /.", ""},
    {"RepeatedOthers", "5", Get("Host: a\r\nX: 1\r\nX: 2\r\n"), "GET /.", ""},
    {"NameOfTokenCharacters", "5", Get("Host: a\r\n!#$%&'*+-.^_`|~: 1\r\n"), "GET /.", ""},
    {"SpaceBeforeColon", "5.1", Get("Host : a\r\n"), "400", "colon"},
    {"TabBeforeColon", "5.1", Get("Host\t: a\r\n"), "400", "colon"},
    {"NoColon", "5", Get("Host: a\r\nfoo\r\n"), "400", "header line"},
    {"EmptyName", "5", Get("Host: a\r\n: x\r\n"), "400", "header line"},
    {"SpaceInName", "5", Get("Host: a\r\nX Y: 1\r\n"), "400", "header line"},
    {"ParenthesisInName", "5", Get("Host: a\r\nX(: 1\r\n"), "400", "header line"},
    {"HighByteInName", "5", Get("Host: a\r\nX\xe4: 1\r\n"), "400", "header line"},
    {"NulInName", "5", Get("Host: a\r\n" + Bytes("X\0: 1\r\n")), "400", "header line"},
    {"NulInValue", "5.5", Get("Host: a\r\n" + Bytes("X: 1\0\r\n")), "400", "control"},
    {"ControlInValue", "5.5", Get("Host: a\r\nX: \x01\r\n"), "400", "control"},
    {"DeleteInValue", "5.5", Get("Host: a\r\nX: \x7f\r\n"), "400", "control"},
    {"EscapeInValue", "5.5", Get("Host: a\r\nX: \x1b[0m\r\n"), "400", "control"},
    {"CrInValue", "2.2", Get("Host: a\r\nX: b\rY: c\r\n"), "400", "header line"},
    {"CrHidesTransferEncoding", "2.2", Get("Host: a\r\nX: b\rTransfer-Encoding: chunked\r\n"),
     "400", "header line"},
    {"CrCrLf", "2.2", Get("Host: a\r\r\n"), "400", "header line"},
    {"BareLf", "2.2", Get("Host: a\nX: b\r\n"), "400", "LF without CR"},
    {"BareLfForTheEmptyLine", "2.2", "GET / HTTP/1.1\r\nHost: a\r\n\n", "400", "LF without CR"},
    {"OnlyLfs", "2.2", "GET / HTTP/1.1\r\n\n\n\n\n", "400", "LF without CR"},
    {"LfCr", "2.2", "GET / HTTP/1.1\r\nHost: a\n\r\n\r", "400", "LF without CR"},
    {"SpaceBeforeFirstField", "2.2", Get(" Host: a\r\n"), "400", "white space"},
    {"TabBeforeFirstField", "2.2", Get("\tHost: a\r\n"), "400", "white space"},
    {"FoldedBySpace", "5.2", Get("Host: a\r\nX: b\r\n c\r\n"), "400", "white space"},
    {"FoldedByTab", "5.2", Get("Host: a\r\nX: b\r\n\tc\r\n"), "400", "white space"},
    {"FoldedBehindEmptyValue", "5.2", Get("Host: a\r\nX:\r\n b\r\n"), "400", "white space"},
    {"FoldedByNothing", "5.2", Get("Host: a\r\nX: b\r\n \r\n"), "400", "white space"},
    {"FoldedTransferEncoding", "5.2", Get("Host: a\r\nTransfer-Encoding:\r\n chunked\r\n"), "400",
     "white space"},
    {"FoldedHost", "5.2", Get("Host:\r\n a\r\n"), "400", "white space"},
    {"Expect100", "RFC 9110 10.1.1", Post("Expect: 100-Continue\r\nContent-Length: 2\r\n", "ok"),
     "POST /p[ok].", ""},
    {"Expect100WithoutBody", "RFC 9110 10.1.1", Get("Host: a\r\nExpect: 100-continue\r\n"),
     "GET /.", ""},
    {"ExpectOther", "RFC 9110 10.1.1", Get("Host: a\r\nExpect: coffee\r\n"), "417", "Expect"},
    {"ExpectList", "RFC 9110 10.1.1", Get("Host: a\r\nExpect: 100-continue, x\r\n"), "417", ""},
    {"ExpectTwice", "RFC 9110 10.1.1", Get("Host: a\r\nExpect: x\r\nExpect: 100-continue\r\n"),
     "417", ""},
    {"ExpectIn10", "RFC 9110 10.1.1", "GET / HTTP/1.0\r\nExpect: x\r\n\r\n", "GET /. close", ""},
};
INSTANTIATE_TEST_SUITE_P(Fields, Http1RequestTest, ::testing::ValuesIn(kFields),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace mailroom::http::testing
