// SPDX-License-Identifier: Apache-2.0
// Request targets in their four forms, and Host (RFC 9112 s3.2).
#include <iterator>

#include "mailroom/tests/integration/strictness/rows.h"

namespace mailroom::tests::strictness {
namespace {

// The call of kHi to this target.
std::string CallAt(const std::string& target) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n" +
         kHi;
}

const std::string kEcho = kPath;

}  // namespace

const Row kTargetRows[] = {
    {"Origin", "3.2.1", CallAt(kEcho), "200 open", {kSaidHi}},
    {"OriginWithQuery", "3.2.1", CallAt(kEcho + "?a=b&c"), "200 open", {kSaidHi}},
    {"OriginWithEmptyQuery", "3.2.1", CallAt(kEcho + "?"), "200 open", {kSaidHi}},
    {"OriginWithTwoQuestionMarks", "3.2.1", CallAt(kEcho + "?a?b"), "200 open", {kSaidHi}},
    {"OriginWithSlashBehind", "3.2.1", CallAt(kEcho + "/"), "404 open"},
    {"OriginWithTwoSlashes", "3.2.1", CallAt("/" + kEcho), "404 open"},
    {"OriginOfAnotherCase", "RFC 9110 4.2.3", CallAt("/Mailroom.echo.v1.EchoService/Echo"),
     "404 open"},
    {"OriginWithDots", "3.2.1", CallAt("/x/.." + kEcho), "404 open"},
    {"OriginPercentEncodedSlash", "3.2.1", CallAt("/mailroom.echo.v1.EchoService%2FEcho"),
     "404 open"},
    {"OriginUnknown", "RFC 9110 15.5.5", Line("GET /nobody HTTP/1.1"), "404 open"},
    {"Fragment", "3.2.1", Line("GET /a#b HTTP/1.1"), "400 closed"},
    {"Relative", "3.2.1", Line("GET foo HTTP/1.1"), "400 closed"},
    {"QueryAlone", "3.2.1", Line("GET ?a HTTP/1.1"), "400 closed"},
    {"HighByte", "3.2.1", Line("GET /\xc3\xa4 HTTP/1.1"), "400 closed"},
    {"Delete", "3.2.1", Line("GET /\x7f HTTP/1.1"), "400 closed"},
    {"Control", "3.2.1", Line("GET /\x1f HTTP/1.1"), "400 closed"},
    {"Nul", "3.2.1", Bytes("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"), "400 closed"},
    {"LineBreakIsNotEchoed", "11.1", Line("GET /a%0d%0ax:y HTTP/1.1"), "404 open", {"!\r\nx:y"}},

    {"Absolute", "3.2.2", CallAt("http://b" + kEcho), "200 open", {kSaidHi}},
    {"AbsoluteWithPort", "3.2.2", CallAt("http://b:80" + kEcho), "200 open", {kSaidHi}},
    {"AbsoluteWithQuery", "3.2.2", CallAt("http://b" + kEcho + "?c"), "200 open", {kSaidHi}},
    {"AbsoluteSchemeOfAnyCase",
     "RFC 9110 4.2.3",
     CallAt("HtTp://b" + kEcho),
     "200 open",
     {kSaidHi}},
    {"AbsoluteAddress6", "3.2.2", CallAt("http://[::1]:8080" + kEcho), "200 open", {kSaidHi}},
    {"AbsoluteWithoutPath", "RFC 9110 4.2.3", Line("GET http://b HTTP/1.1"), "200 open", {"curl"}},
    {"AbsoluteWithQueryOnly",
     "RFC 9110 4.2.3",
     Line("GET http://b?c HTTP/1.1"),
     "200 open",
     {"curl"}},
    {"AbsoluteIn10", "3.2.2", "GET http://b/ HTTP/1.0\r\n\r\n", "200 closed", {"curl"}},
    {"AbsoluteStillNeedsAHost", "3.2", "GET http://b/ HTTP/1.1\r\n\r\n", "400 closed"},
    {"AbsoluteWinsOverHost", "3.2.2", "GET http://b/ HTTP/1.1\r\nHost: c\r\n\r\n", "200 open"},
    {"AbsoluteHostMustBeValidAllTheSame", "3.2", "GET http://b/ HTTP/1.1\r\nHost: c d\r\n\r\n",
     "400 closed"},
    {"AbsoluteWithoutAuthority", "RFC 9110 4.2.1", Line("GET http:///x HTTP/1.1"), "400 closed"},
    {"AbsoluteWithPortOnly", "RFC 9110 4.2.1", Line("GET http://:80/x HTTP/1.1"), "400 closed"},
    {"AbsoluteSchemeAlone", "RFC 9110 4.2.1", Line("GET http:// HTTP/1.1"), "400 closed"},
    {"AbsoluteOneSlash", "RFC 9110 4.2.1", Line("GET http:/x HTTP/1.1"), "400 closed"},
    {"AbsoluteWithUser", "RFC 9110 4.2.4", Line("GET http://u@b/x HTTP/1.1"), "400 closed"},
    {"AbsoluteWithUserAndPassword", "RFC 9110 4.2.4", Line("GET http://u:p@b/x HTTP/1.1"),
     "400 closed"},
    {"AbsoluteWithBadPort", "RFC 9110 4.2.1", Line("GET http://b:8x/x HTTP/1.1"), "400 closed"},
    {"AbsoluteWithBackslash", "RFC 9110 4.2.1", Line("GET http://b\\c/x HTTP/1.1"), "400 closed"},
    {"AbsoluteFtp", "3.2.2", Line("GET ftp://b/x HTTP/1.1"), "400 closed"},
    {"AbsoluteFile", "3.2.2", Line("GET file:///etc/passwd HTTP/1.1"), "400 closed"},
    {"AbsoluteHttpsIsNotSecuredHere", "RFC 9110 7.4", Line("GET https://b/ HTTP/1.1"),
     "421 closed"},

    {"AuthorityIsForConnect", "3.2.3", Line("GET b:80 HTTP/1.1"), "400 closed"},
    {"Connect", "RFC 9110 9.3.6", Line("CONNECT b:80 HTTP/1.1"), "501 closed"},
    {"ConnectOfAPath", "3.2.3", Line("CONNECT / HTTP/1.1"), "501 closed"},
    {"ConnectAbsolute", "3.2.3", Line("CONNECT http://b:80 HTTP/1.1"), "501 closed"},
    {"ConnectAndMoreIsNoTunnel", "RFC 9110 9.3.6",
     Line("CONNECT b:80 HTTP/1.1") + Line("GET / HTTP/1.1"), "501 closed"},

    {"Asterisk",
     "RFC 9110 9.3.7",
     Line("OPTIONS * HTTP/1.1"),
     "204 open",
     {"allow: GET, HEAD, OPTIONS, POST\r\n", "!content-length"}},
    {"AsteriskIn10", "RFC 9110 9.3.7", "OPTIONS * HTTP/1.0\r\n\r\n", "204 closed"},
    {"AsteriskWithABody", "RFC 9110 9.3.7",
     "OPTIONS * HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", "204 open"},
    {"AsteriskOfAWholeServer",
     "3.2.4",
     Line("OPTIONS http://b HTTP/1.1"),
     "204 open",
     {"allow: GET, HEAD, OPTIONS, POST\r\n"}},
    {"AsteriskIsNotForGet", "3.2.4", Line("GET * HTTP/1.1"), "400 closed"},
    {"AsteriskIsNotForPost", "3.2.4", Line("POST * HTTP/1.1"), "400 closed"},
    {"AsteriskAndMore", "3.2.4", Line("OPTIONS *x HTTP/1.1"), "400 closed"},
    {"OptionsOfACall",
     "RFC 9110 9.3.7",
     Line("OPTIONS " + kEcho + " HTTP/1.1"),
     "204 open",
     {"allow: OPTIONS, POST\r\n", "accept-post: "}},
    {"OptionsOfAPage",
     "RFC 9110 9.3.7",
     Line("OPTIONS / HTTP/1.1"),
     "204 open",
     {"allow: GET, HEAD, OPTIONS\r\n"}},
    {"OptionsOfARootInFull",
     "3.2.4",
     Line("OPTIONS http://b/ HTTP/1.1"),
     "204 open",
     {"allow: GET, HEAD, OPTIONS\r\n"}},
    {"OptionsOfNothing", "RFC 9110 9.3.7", Line("OPTIONS /nobody HTTP/1.1"), "404 open"},
};

Rows TargetRows() { return {std::begin(kTargetRows), std::end(kTargetRows)}; }

Rows HostRows() {
  return {
      {"Plain", "3.2", Get("Host: a\r\n"), "200 open"},
      {"Missing", "3.2", Get(""), "400 closed", {"Host"}},
      {"MissingAmongOthers", "3.2", Get("X-Host: a\r\nHostt: b\r\n"), "400 closed"},
      {"MissingIn10", "3.2", Get10(""), "200 closed"},
      {"Twice", "3.2", Get("Host: a\r\nHost: b\r\n"), "400 closed"},
      {"TwiceTheSame", "3.2", Get("Host: a\r\nHost: a\r\n"), "400 closed"},
      {"TwiceInOtherCases", "3.2", Get("Host: a\r\nhOsT: a\r\n"), "400 closed"},
      {"TwiceIn10", "3.2", Get10("Host: a\r\nHost: b\r\n"), "400 closed"},
      {"Empty", "3.2", Get("Host:\r\n"), "200 open"},
      {"Port", "3.2", Get("Host: a.example:8080\r\n"), "200 open"},
      {"EmptyPort", "RFC 3986 3.2.3", Get("Host: a:\r\n"), "200 open"},
      {"PortOfLetters", "3.2", Get("Host: a:http\r\n"), "400 closed"},
      {"TwoPorts", "3.2", Get("Host: a:1:2\r\n"), "400 closed"},
      {"MinusPort", "3.2", Get("Host: a:-1\r\n"), "400 closed"},
      {"Space", "3.2", Get("Host: a b\r\n"), "400 closed"},
      {"Tab", "3.2", Get("Host: a\tb\r\n"), "400 closed"},
      {"List", "3.2", Get("Host: a, b\r\n"), "400 closed"},
      {"User", "3.2", Get("Host: u@a\r\n"), "400 closed"},
      {"Path", "3.2", Get("Host: a/b\r\n"), "400 closed"},
      {"Query", "3.2", Get("Host: a?b\r\n"), "400 closed"},
      {"Fragment", "3.2", Get("Host: a#b\r\n"), "400 closed"},
      {"Uri", "3.2", Get("Host: http://a\r\n"), "400 closed"},
      {"Markup", "3.2", Get("Host: <a>\r\n"), "400 closed"},
      {"HighByte", "3.2", Get("Host: \xc3\xa4\r\n"), "400 closed"},
      {"Nul", "3.2", Get(Bytes("Host: a\0\r\n")), "400 closed"},
      {"PercentEncoded", "RFC 3986 3.2.2", Get("Host: a%2eb\r\n"), "200 open"},
      {"PercentCutOff", "RFC 3986 3.2.2", Get("Host: a%2\r\n"), "400 closed"},
      {"PercentOfNothing", "RFC 3986 3.2.2", Get("Host: a%zz\r\n"), "400 closed"},
      {"Address4", "RFC 3986 3.2.2", Get("Host: 127.0.0.1:80\r\n"), "200 open"},
      {"Address6", "RFC 3986 3.2.2", Get("Host: [::1]:8080\r\n"), "200 open"},
      {"Address6NotClosed", "RFC 3986 3.2.2", Get("Host: [::1\r\n"), "400 closed"},
      {"Address6AndMore", "RFC 3986 3.2.2", Get("Host: [::1]x\r\n"), "400 closed"},
      {"Address6Empty", "RFC 3986 3.2.2", Get("Host: []\r\n"), "400 closed"},
      {"Address6Bare", "RFC 3986 3.2.2", Get("Host: ::1\r\n"), "400 closed"},
      {"Folded", "5.2", Get("Host:\r\n a\r\n"), "400 closed"},
      {"SpaceBeforeColon", "5.1", Get("Host : a\r\n"), "400 closed"},
  };
}

}  // namespace mailroom::tests::strictness
