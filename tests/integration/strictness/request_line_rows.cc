// SPDX-License-Identifier: Apache-2.0
// Request lines: methods, versions, white space, line ends (RFC 9112 s2, s3).
#include <string>
#include <utility>

#include "mailroom/tests/integration/strictness/rows.h"

namespace mailroom::tests::strictness {
namespace {

Rows Methods() {
  return {
      {"Get", "RFC 9110 9.3.1", Line("GET / HTTP/1.1"), "200 open", {"curl"}},
      {"Head", "RFC 9110 9.3.2", Line("HEAD / HTTP/1.1"), "200h open", {"!curl"}},
      {"HeadOfNothing", "RFC 9110 9.3.2", Line("HEAD /nobody HTTP/1.1"), "404h open"},
      {"HeadOfACall",
       "RFC 9110 15.5.6",
       Line(std::string("HEAD ") + kPath + " HTTP/1.1"),
       "405h open",
       {"allow: OPTIONS, POST\r\n"}},
      {"HeadOfTooLongATarget", "RFC 9110 9.3.2", Line("HEAD /" + Repeat("x", 8200) + " HTTP/1.1"),
       "414h closed"},
      {"GetOfACall",
       "RFC 9110 15.5.6",
       Line(std::string("GET ") + kPath + " HTTP/1.1"),
       "405 open",
       {"allow: OPTIONS, POST\r\n"}},
      {"PostOfAPage",
       "RFC 9110 15.5.6",
       Line("POST / HTTP/1.1"),
       "405 open",
       {"allow: GET, HEAD, OPTIONS\r\n"}},
      {"Put", "RFC 9110 15.5.6", Line("PUT / HTTP/1.1"), "405 open", {"allow: "}},
      {"Delete", "RFC 9110 15.5.6", Line("DELETE / HTTP/1.1"), "405 open", {"allow: "}},
      {"Patch", "RFC 9110 15.5.6", Line("PATCH / HTTP/1.1"), "405 open", {"allow: "}},
      {"Trace",
       "RFC 9110 9.3.8",
       Line("TRACE / HTTP/1.1"),
       "405 open",
       {"allow: ", "!message/http"}},
      {"TraceGivesNothingBack",
       "RFC 9110 9.3.8",
       "TRACE / HTTP/1.1\r\nHost: a\r\nCookie: c4ke\r\n\r\n",
       "405 open",
       {"!c4ke"}},
      {"Unknown", "RFC 9110 9.1", Line("BREW / HTTP/1.1"), "501 open"},
      {"UnknownOfNothing", "RFC 9110 9.1", Line("BREW /pot HTTP/1.1"), "501 open"},
      {"CaseMatters", "RFC 9110 9.1", Line("get / HTTP/1.1"), "501 open"},
      {"CaseMattersForPost", "RFC 9110 9.1", Line("Post / HTTP/1.1"), "501 open"},
      {"TokenCharacters", "RFC 9110 5.6.2", Line("M-S_E.A!R#C$H%&'*+^`|~ / HTTP/1.1"), "501 open"},
      {"Colon", "3.1", Line("GE:T / HTTP/1.1"), "400 closed"},
      {"Parentheses", "3.1", Line("GET() / HTTP/1.1"), "400 closed"},
      {"Control", "3.1", Line("GE\x01T / HTTP/1.1"), "400 closed"},
      {"HighByte", "3.1", Line("G\xc9T / HTTP/1.1"), "400 closed"},
      {"Nul", "3.1", Bytes("GE\0T / HTTP/1.1\r\nHost: a\r\n\r\n"), "400 closed"},
      {"TooLong", "3", Repeat("M", 9000), "501 closed"},
      {"None", "3.1", Line(" / HTTP/1.1"), "400 closed"},
      {"Quoted", "3.1", Line("\"GET\" / HTTP/1.1"), "400 closed"},
  };
}

Rows Versions() {
  return {
      {"V10", "2.3", "GET / HTTP/1.0\r\n\r\n", "200 closed"},
      {"V12IsReadAs11", "RFC 9110 2.5", Line("GET / HTTP/1.2"), "200 open", {"HTTP/1.1 200"}},
      {"V19IsReadAs11",
       "RFC 9110 2.5",
       std::string("POST ") + kPath +
           " HTTP/1.9\r\nHost: a\r\nContent-Type: application/json\r\n"
           "Transfer-Encoding: chunked\r\n\r\n10\r\n" +
           kHi + "\r\n0\r\n\r\n",
       "200 open",
       {kSaidHi}},
      {"V12NeedsAHost", "3.2", "GET / HTTP/1.2\r\n\r\n", "400 closed"},
      {"V09", "RFC 9110 15.6.6", Line("GET / HTTP/0.9"), "505 closed"},
      {"V20", "RFC 9110 15.6.6", Line("GET / HTTP/2.0"), "505 closed"},
      {"V30", "RFC 9110 15.6.6", Line("GET / HTTP/3.0"), "505 closed"},
      {"V99IsToldBeforeTheFields", "RFC 9110 15.6.6", "GET / HTTP/9.9\r\n", "505 closed"},
      {"None09Style", "2.3", "GET /\r\n", "400 closed"},
      {"TwoDigitMinor", "2.3", Line("GET / HTTP/1.10"), "400 closed"},
      {"TwoDigitMajor", "2.3", Line("GET / HTTP/01.1"), "400 closed"},
      {"NoMinor", "2.3", Line("GET / HTTP/1"), "400 closed"},
      {"NoDigit", "2.3", Line("GET / HTTP/1.x"), "400 closed"},
      {"Comma", "2.3", Line("GET / HTTP/1,1"), "400 closed"},
      {"LowerCase", "2.3", Line("GET / http/1.1"), "400 closed"},
      {"MixedCase", "2.3", Line("GET / Http/1.1"), "400 closed"},
      {"AnotherName", "2.3", Line("GET / HTTPS/1.1"), "400 closed"},
      {"Icy", "2.3", Line("GET / ICY/1.1"), "400 closed"},
      {"SpaceInside", "2.3", Line("GET / HTTP/ 1.1"), "400 closed"},
      {"Http2Preface",
       "RFC 9113 3.4",
       "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
       "505 closed",
       {"HTTP/2"}},
  };
}

Rows Spaces() {
  return {
      {"TwoBeforeTarget", "3", Line("GET  / HTTP/1.1"), "400 closed"},
      {"TwoBeforeVersion", "3", Line("GET /  HTTP/1.1"), "400 closed"},
      {"TabBeforeTarget", "3", Line("GET\t/ HTTP/1.1"), "400 closed"},
      {"TabBeforeVersion", "3", Line("GET /\tHTTP/1.1"), "400 closed"},
      {"VerticalTab", "3", Line("GET\x0b/ HTTP/1.1"), "400 closed"},
      {"BehindVersion", "3", Line("GET / HTTP/1.1 "), "400 closed"},
      {"TabBehindVersion", "3", Line("GET / HTTP/1.1\t"), "400 closed"},
      {"InFront", "3", Line(" GET / HTTP/1.1"), "400 closed"},
      {"TabInFront", "3", Line("\tGET / HTTP/1.1"), "400 closed"},
      {"InTarget", "3.2", Line("GET /a b HTTP/1.1"), "400 closed"},
      {"NoTarget", "3", Line("GET HTTP/1.1"), "400 closed"},
      {"EmptyTarget", "3", Line("GET  HTTP/1.1"), "400 closed"},
      {"NoMethod", "3", Line("/ HTTP/1.1"), "400 closed"},
      {"Four", "3", Line("GET / HTTP/1.1 x"), "400 closed"},
  };
}

Rows LineEnds() {
  return {
      {"BareLf", "2.2", "GET / HTTP/1.1\nHost: a\r\n\r\n", "400 closed"},
      {"OnlyBareLfs", "2.2", "GET / HTTP/1.1\nHost: a\n\n", "400 closed"},
      {"CrCrLf", "2.2", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "400 closed"},
      {"CrInside", "2.2", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"},
      {"CrForASpace", "2.2", "GET\r/\rHTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"},
      {"EmptyLineInFront", "2.2", "\r\n" + Line("GET / HTTP/1.1"), "200 open"},
      {"FourEmptyLinesInFront", "2.2", "\r\n\r\n\r\n\r\n" + Line("GET / HTTP/1.1"), "200 open"},
      {"FiveEmptyLinesInFront", "2.2", "\r\n\r\n\r\n\r\n\r\n", "400 closed"},
      {"BareLfInFront", "2.2", "\n" + Line("GET / HTTP/1.1"), "400 closed"},
      {"BareCrInFront", "2.2", "\r" + Line("GET / HTTP/1.1"), "400 closed"},
      {"NothingButAnEmptyLine", "2.2", "\r\n", "open"},
      {"NoEnd", "2.2", "GET / HTTP/1.1", "cut"},
      {"BareCrEndsNothing", "2.2", "GET / HTTP/1.1\rHost: a\r\r", "cut"},
  };
}

Rows Strangers() {
  return {
      {"TlsClientHello",
       "2.2",
       Bytes("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
       "400 closed",
       {"TLS"}},
      {"Ssh", "2.2", "SSH-2.0-OpenSSH_9.2\r\n", "400 closed"},
      {"Socks5", "2.2", Bytes("\x05\x01\x00"), "400 closed"},
      {"Nul", "2.2", Bytes("\0"), "400 closed"},
      {"HighByte", "2.2", "\xff\xfe", "400 closed"},
      {"ProxyProtocol1", "2.2", "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + Line("GET / HTTP/1.1"),
       "400 closed"},
      {"ProxyProtocol2", "2.2", Bytes("\r\n\r\n\0\r\nQUIT\n"), "400 closed"},
      {"AnAnswer", "2.1", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "400 closed"},
      {"AFieldLine", "2.1", "Host: a\r\n\r\n", "400 closed"},
      {"SmtpHello", "2.2", "EHLO a\r\n", "400 closed"},
  };
}

// Names are told apart by their subject.
void Append(const std::string& subject, Rows rows, Rows* all) {
  for (Row& row : rows) {
    row.name = subject + row.name;
    all->push_back(std::move(row));
  }
}

}  // namespace

Rows RequestLineRows() {
  Rows all;
  Append("Method", Methods(), &all);
  Append("Version", Versions(), &all);
  Append("Space", Spaces(), &all);
  Append("LineEnd", LineEnds(), &all);
  Append("Stranger", Strangers(), &all);
  return all;
}

}  // namespace mailroom::tests::strictness
