// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/head_memo.h"

#include <memory>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "mailroom/http/http1_engine.h"
#include "mailroom/http/http1_pool.h"
#include "mailroom/http/testing/text_output.h"
#include "mailroom/http/testing/transcript.h"

namespace mailroom::http {
namespace {

const std::string kHead =
    "POST http://a.example:80/p.S/M?q=1 HTTP/1.1\r\nHost: a.example\r\nX-Empty:\r\n"
    "Content-Type: application/proto\r\nContent-Length: 3\r\nConnection: close\r\n\r\n";

bool Within(std::string_view view, BytesView bytes) {
  return view.data() >= bytes.data() && view.data() + view.size() <= bytes.data() + bytes.size();
}

// What one fresh engine of `pool` makes of `raw`.
std::string Told(Http1Pool& pool, const std::string& raw) {
  const std::unique_ptr<Engine> engine = MakeHttp1Engine(pool);
  size_t consumed = 0;
  testing::TextOutput out;
  const Event event = engine->Next(raw, &consumed, out);
  std::string told = std::to_string(event.index()) + " " + std::to_string(consumed);
  if (const Bad* bad = std::get_if<Bad>(&event)) told += " " + bad->reason;
  if (const Head* head = std::get_if<Head>(&event)) {
    for (const std::string_view view : {head->method, head->target, head->path, head->query,
                                        head->authority, head->content_type}) {
      told.append(" ").append(view);
    }
    told += (head->has_body ? " body" : "");
    told += (head->awaits_grant ? " 100" : "");
    for (const Field& field : *head->headers) {
      told.append(" ").append(field.name).append("=").append(field.value);
    }
  }
  return told + (engine->state().must_close ? " close" : "");
}

std::string ToldFresh(const std::string& raw) {
  Http1Pool pool{Limits()};
  return Told(pool, raw);
}

// Invariants 2 and 4.
TEST(HeadMemoTest, WhatIsRecalledLiesInItsOwnBytes) {
  HeadMemo memo;
  Http1Parser parser;
  RequestHead head;
  Headers fields;
  for (int i = 0; i < 2; ++i) {
    const std::string first = kHead;
    fields.Clear();
    ASSERT_EQ(parser.ParseHead(first, Limits(), &head, &fields), Fault::kNone);
    memo.Keep(first, head, fields);
    memo.Keep(first + "another", head, fields);
  }
  const HeadMemo::Known* const known = memo.Recall(kHead + "abc");
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->block, kHead);
  for (const std::string_view view :
       {known->head.method, known->head.target, known->head.parts.path, known->head.parts.query,
        known->head.parts.authority, known->head.host, known->head.content_type}) {
    EXPECT_TRUE(Within(view, known->block));
  }
  ASSERT_EQ(known->fields.size(), 5u);
  for (const Field& field : known->fields) {
    EXPECT_TRUE(Within(field.name, known->block)) << field.name;
    EXPECT_TRUE(Within(field.value, known->block)) << field.name;
  }
  EXPECT_EQ(known->head.content_length, 3u);
  EXPECT_FALSE(known->head.keep_alive);
  const uint64_t number = known->number;
  for (size_t i = 0; i < HeadMemo::kHeads; ++i) memo.Keep(kHead, head, fields);
  EXPECT_GT(memo.Recall(kHead)->number, number);
}

TEST(HeadMemoTest, ARecalledHeadTellsWhatAParsedOneDoes) {
  for (const std::string& raw :
       {kHead + "abc", std::string("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n"),
        std::string("HEAD / HTTP/1.0\r\n\r\n"), std::string("OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n"),
        std::string(
            "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n")}) {
    Http1Pool pool{Limits()};
    const std::string fresh = Told(pool, raw);
    EXPECT_EQ(Told(pool, raw), fresh);
    EXPECT_EQ(Told(pool, "\r\n" + raw).substr(0, 1), fresh.substr(0, 1));
  }
}

// Invariant 1: a remembered head with any one byte changed, left out or doubled.
TEST(HeadMemoTest, ANearlyEqualHeadIsParsedForItself) {
  Http1Pool pool{Limits()};
  for (size_t at = 0; at < kHead.size(); ++at) {
    for (const char byte : {'\0', '\r', '\n', ' ', ':', 'A', '9'}) {
      Told(pool, kHead);
      std::string other = kHead;
      other[at] = byte;
      ASSERT_EQ(Told(pool, other), ToldFresh(other)) << at << " " << static_cast<int>(byte);
    }
    Told(pool, kHead);
    const std::string shorter = kHead.substr(0, at) + kHead.substr(at + 1);
    ASSERT_EQ(Told(pool, shorter), ToldFresh(shorter)) << at;
    Told(pool, kHead);
    const std::string cut = kHead.substr(0, at);
    ASSERT_EQ(Told(pool, cut), ToldFresh(cut)) << at;
  }
}

TEST(HeadMemoTest, ARefusedHeadIsNotRemembered) {
  const std::string bad = "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n";
  Http1Pool pool{Limits()};
  const std::string first = Told(pool, bad);
  EXPECT_EQ(Told(pool, bad), first);
  EXPECT_EQ(pool.memo().Recall(bad), nullptr);
}

TEST(HeadMemoTest, AChunkedHeadIsNotRemembered) {
  const std::string raw =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
  testing::FeedEveryWay(Limits(), raw, "POST /[hi].");
  Http1Pool pool{Limits()};
  Told(pool, raw);
  EXPECT_EQ(pool.memo().Recall(raw), nullptr);
}

// Invariant 3.
TEST(HeadMemoTest, KeepsTheLastFewOfOrdinarySize) {
  Http1Pool pool{Limits()};
  const auto head_to = [](size_t number) {
    return "GET /" + std::to_string(number) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  const auto remembers = [&pool](const std::string& raw) {
    const HeadMemo::Known* const known = pool.memo().Recall(raw);
    return known != nullptr && known->block == raw;
  };
  for (size_t i = 0; i <= HeadMemo::kHeads; ++i) Told(pool, head_to(i));
  EXPECT_FALSE(remembers(head_to(0)));
  for (size_t i = 1; i <= HeadMemo::kHeads; ++i) EXPECT_TRUE(remembers(head_to(i))) << i;
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::string longest =
      start + std::string(HeadMemo::kLongest - start.size() - 4, 'x') + "\r\n\r\n";
  const std::string too_long = start + "x" + longest.substr(start.size());
  Told(pool, longest);
  Told(pool, too_long);
  EXPECT_TRUE(remembers(longest));
  EXPECT_FALSE(remembers(too_long));
}

}  // namespace
}  // namespace mailroom::http
