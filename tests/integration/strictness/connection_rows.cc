// SPDX-License-Identifier: Apache-2.0
// How long a connection lives: Connection, HTTP/1.0, Expect, pipelining, and what stands
// behind a request (RFC 9112 s9, RFC 9110 s10.1.1).
#include <iterator>

#include "mailroom/tests/integration/strictness/rows.h"

namespace mailroom::tests::strictness {
namespace {

std::string With(const std::string& lines) { return Get("Host: a\r\n" + lines); }

const std::string kIndex = Line("GET / HTTP/1.1");
const std::string kNobody = Line("GET /nobody HTTP/1.1");
const std::string kKeepAlive = "connection: keep-alive\r\n";

std::string Expecting(const std::string& rest) {
  return Call("Expect: 100-continue\r\nContent-Length: 16\r\n", rest);
}

}  // namespace

const Row kConnectionRows[] = {
    {"Silent", "9.3", With(""), "200 open", {"!connection:"}},
    {"Close", "9.6", With("Connection: close\r\n"), "200 closed"},
    {"CloseOfAnyCase", "9.6", With("cOnNeCtIoN: CLOSE\r\n"), "200 closed"},
    {"KeepAlive", "9.3", With("Connection: keep-alive\r\n"), "200 open"},
    {"CloseWins", "9.3", With("Connection: close, keep-alive\r\n"), "200 closed"},
    {"CloseWinsFromBehind", "9.3", With("Connection: keep-alive,close\r\n"), "200 closed"},
    {"CloseAmongOthers", "9.6", With("Connection: x-a , close , x-b\r\n"), "200 closed"},
    {"CloseInASecondField", "9.3", With("Connection: keep-alive\r\nConnection: close\r\n"),
     "200 closed"},
    {"CloseInAFirstField", "9.3", With("Connection: close\r\nConnection: keep-alive\r\n"),
     "200 closed"},
    {"EmptyElements", "RFC 9110 5.6.1.2", With("Connection: , ,close,\r\n"), "200 closed"},
    {"Others", "RFC 9110 7.6.1", With("Connection: x-a, te\r\n"), "200 open"},
    {"Empty", "RFC 9110 7.6.1", With("Connection:\r\n"), "200 open"},
    {"Disclosed", "9.6", With("Connection: closed\r\n"), "200 open"},
    {"NotClose", "9.6", With("Connection: not-close\r\n"), "200 open"},
    {"Malformed", "RFC 9110 7.6.1", With("Connection: \"close\"\r\n"), "400 closed"},
    {"NamesAHopByHopField", "RFC 9110 7.6.1", With("Connection: x-a\r\nX-A: 1\r\n"), "200 open"},
    {"UpgradeIsNotTaken",
     "RFC 9110 7.8",
     With("Connection: upgrade\r\nUpgrade: websocket\r\n"),
     "200 open",
     {"!HTTP/1.1 101"}},
    {"UpgradeToH2cIsNotTaken",
     "RFC 9113 3.1",
     With("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
     "200 open",
     {"!HTTP/1.1 101"}},
    {"ProxyConnectionIsNothing", "C.2.2", With("Proxy-Connection: close\r\n"), "200 open"},
    {"KeepAliveFieldIsNothing", "C.2.2", With("Keep-Alive: timeout=1\r\n"), "200 open"},
    {"CloseOfACall",
     "9.6",
     Call("Connection: close\r\nContent-Length: 16\r\n", kHi),
     "200 closed",
     {kSaidHi}},
    {"CloseOfAChunkedCall",
     "9.6",
     Call("Connection: close\r\nTransfer-Encoding: chunked\r\n", "10\r\n" + kHi + "\r\n0\r\n\r\n"),
     "200 closed",
     {kSaidHi}},
    {"CloseOfHead", "9.6", "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
     "200h closed"},
    {"CloseOfOptions", "9.6", "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
     "204 closed"},
    {"CloseOfAnError", "9.6", "GET /nobody HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
     "404 closed"},

    {"V10", "9.3", Get10(""), "200 closed"},
    {"V10KeepAlive", "9.3", Get10("Connection: keep-alive\r\n"), "200 open", {kKeepAlive}},
    {"V10KeepAliveOfAnyCase", "9.3", Get10("Connection: Keep-Alive\r\n"), "200 open", {kKeepAlive}},
    {"V10KeepAliveAmongOthers",
     "9.3",
     Get10("Connection: x, keep-alive\r\n"),
     "200 open",
     {kKeepAlive}},
    {"V10CloseWins", "9.3", Get10("Connection: keep-alive, close\r\n"), "200 closed"},
    {"V10CloseWinsInTwoFields", "9.3", Get10("Connection: close\r\nConnection: keep-alive\r\n"),
     "200 closed"},
    {"V10ProxyConnectionIsNothing", "C.2.2", Get10("Proxy-Connection: keep-alive\r\n"),
     "200 closed"},
    {"V10Call",
     "9.3",
     std::string("POST ") + kPath +
         " HTTP/1.0\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n"
         "Content-Length: 16\r\n\r\n" +
         kHi,
     "200 open",
     {kKeepAlive, kSaidHi, "!transfer-encoding"}},
    {"V10HeadKeepAlive",
     "9.3",
     "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     "200h open",
     {kKeepAlive}},
    {"V10AnswerSaysV11", "RFC 9110 2.5", Get10(""), "200 closed", {"HTTP/1.1 200"}},
};

Rows ConnectionRows() { return {std::begin(kConnectionRows), std::end(kConnectionRows)}; }

Rows ExpectRows() {
  return {
      {"WithItsBody", "RFC 9110 10.1.1", Expecting(kHi), "200 open", {kSaidHi}},
      {"OfAnyCase",
       "RFC 9110 10.1.1",
       Call("Expect: 100-CONTINUE\r\nContent-Length: 16\r\n", kHi),
       "200 open",
       {kSaidHi}},
      {"OfChunks",
       "RFC 9110 10.1.1",
       Call("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n",
            "10\r\n" + kHi + "\r\n0\r\n\r\n"),
       "200 open",
       {kSaidHi}},
      {"WithoutABody", "RFC 9110 10.1.1", With("Expect: 100-continue\r\n"), "200 open", {"!100 C"}},
      {"In10IsIgnored",
       "RFC 9110 10.1.1",
       std::string("POST ") + kPath +
           " HTTP/1.0\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
           "Content-Length: 16\r\n\r\n" +
           kHi,
       "200 closed",
       {kSaidHi, "!100 C"}},
      {"OtherIn10IsIgnored", "RFC 9110 10.1.1", Get10("Expect: coffee\r\n"), "200 closed"},
      {"Other", "RFC 9110 10.1.1", With("Expect: coffee\r\n"), "417 closed"},
      {"Empty", "RFC 9110 10.1.1", With("Expect:\r\n"), "417 closed"},
      {"List", "RFC 9110 10.1.1", With("Expect: 100-continue, coffee\r\n"), "417 closed"},
      {"Twice", "RFC 9110 10.1.1", With("Expect: coffee\r\nExpect: 100-continue\r\n"),
       "417 closed"},
      {"WithAValue", "RFC 9110 10.1.1", With("Expect: 100-continue=1\r\n"), "417 closed"},
      {"Awaiting", "RFC 9110 10.1.1", Expecting(""), "100 cut"},
      {"AwaitingInVain",
       "RFC 9110 10.1.1",
       "POST /nobody HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n",
       "404 closed",
       {"!100 C"}},
      {"AwaitingTooMuch",
       "RFC 9110 10.1.1",
       Call("Expect: 100-continue\r\nContent-Length: 1001\r\n", ""),
       "429 closed",
       {"!100 C"}},
      {"AwaitingForAnUnspokenType",
       "RFC 9110 10.1.1",
       std::string("POST ") + kPath +
           " HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nExpect: 100-continue\r\n"
           "Content-Length: 16\r\n\r\n",
       "415 closed",
       {"!100 C", "accept-post: "}},
  };
}

Rows PipelineRows() {
  return {
      {"Two", "9.3.2", kIndex + kNobody, "200 404 open"},
      {"Four", "9.3.2", kIndex + kNobody + Hi() + kIndex, "200 404 200 200 open"},
      {"Forty", "9.3.2", Repeat(kNobody, 40), Repeat("404 ", 40) + "open"},
      {"FortyCalls", "9.3.2", Repeat(Hi(), 40), Repeat("200 ", 40) + "open"},
      {"BehindABody", "9.3.2", Hi() + kNobody, "200 404 open", {kSaidHi}},
      {"BehindChunks",
       "9.3.2",
       Chunked("10\r\n" + kHi + "\r\n0\r\n\r\n") + kNobody,
       "200 404 open",
       {kSaidHi}},
      {"BehindTrailers",
       "9.3.2",
       Chunked("10\r\n" + kHi + "\r\n0\r\nX: y\r\n\r\n") + kNobody,
       "200 404 open",
       {kSaidHi}},
      {"BehindHead", "9.3.2", Line("HEAD / HTTP/1.1") + kNobody, "200h 404 open"},
      {"BehindOptions", "9.3.2", Line("OPTIONS * HTTP/1.1") + kNobody, "204 404 open"},
      {"BehindAnError", "9.3.2", kNobody + kIndex, "404 200 open"},
      {"BehindAnUnknownMethod", "9.3.2", Line("BREW / HTTP/1.1") + kIndex, "501 200 open"},
      {"BehindAnExpectation", "9.3.2", Expecting(kHi) + kNobody, "200 404 open", {kSaidHi}},
      {"BehindAnEmptyLine", "2.2", kIndex + "\r\n" + kNobody, "200 404 open"},
      {"In10", "9.3.2", Get10("Connection: keep-alive\r\n") + Get10(""), "200 200 closed"},
      {"NothingFollowsClose",
       "9.6",
       With("Connection: close\r\n") + kNobody,
       "200 closed",
       {"!HTTP/1.1 404"}},
      {"NothingFollows10", "9.6", Get10("") + kNobody, "200 closed", {"!HTTP/1.1 404"}},
      {"NothingFollowsARefusal", "9.6", Get("") + kNobody, "400 closed", {"!HTTP/1.1 404"}},
      {"NothingFollowsAnUnknownCoding",
       "9.6",
       Call("Transfer-Encoding: gzip\r\n", kNobody),
       "501 closed",
       {"!HTTP/1.1 404"}},
      {"NothingFollowsATooLargeBody",
       "9.6",
       Call("Content-Length: 1001\r\n", Repeat("x", 1001)) + kNobody,
       "429 closed",
       {"!HTTP/1.1 404"}},
      {"NothingFollowsAnExpectationInVain", "9.6",
       "POST /nobody HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 44\r\n\r\n",
       "404 closed"},
      {"RefusedBehindAGoodOne", "9.3.2", kIndex + "x\n", "200 400 closed"},
      {"RefusedBehindACall", "9.3.2", Hi() + Get(""), "200 400 closed", {kSaidHi}},
      {"CutBehindAGoodOne", "9.3.2", kIndex + "GET / HT", "200 cut"},
      {"TextBehind", "9.2", kIndex + "hello\r\n\r\n", "200 400 closed"},
      {"NulBehind", "9.2", kIndex + Bytes("\0"), "200 400 closed"},
      {"LfBehind", "2.2", kIndex + "\n", "200 400 closed"},
      {"LineBreakBehindABody", "2.2", Hi() + "\r\n" + kNobody, "200 404 open", {kSaidHi}},
      {"LineBreaksBehindABody", "2.2", Hi() + Repeat("\r\n", 5), "200 400 closed", {kSaidHi}},
      {"BodyWithoutALength", "6.3", Call("", kHi), "400 400 closed"},
      {"MoreThanTheLength", "6.3", Hi() + "{}", "200 400 closed", {kSaidHi}},
      {"AnAnswerBehind", "9.2", kIndex + "HTTP/1.1 200 OK\r\n\r\n", "200 400 closed"},
  };
}

}  // namespace mailroom::tests::strictness
